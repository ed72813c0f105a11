import { expect, test } from '@jest/globals';
import { release } from '../../../testkit/src/world/mortal-runs.ts';
import { krillcSpec } from './krillc-spec.ts';

const bound = (directory: string, files: readonly string[]) =>
  krillcSpec(release, '/run/door.sock', ['add', '--request', 'r.xml'], { directory, files });

test('krillc finds the directory and the files that are named, and can write none of them', () => {
  const spec = bound('/root/work', ['/etc/request.xml']);
  expect(spec).toMatchObject({
    directory: '/root/work',
    argv: ['krillc', 'add', '--request', 'r.xml'],
    env: { KRILL_CLI_SERVER: 'unix:///run/door.sock' },
    capabilities: [],
  });
  expect(spec.mounts).toEqual([
    { type: 'bind', source: '/run/door.sock', target: '/run/door.sock', readOnly: false },
    { type: 'bind', source: '/root/work', target: '/root/work', readOnly: true },
    { type: 'bind', source: '/etc/request.xml', target: '/etc/request.xml', readOnly: true },
  ]);
});

test('the root of the disk is not bound over the image', () => {
  expect(bound('/', []).mounts).toHaveLength(1);
});
