import { existsSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { expectServes, publishTen, uri } from './testing/first-publication.ts';
import { type NodeOnDisk, notificationUri } from './testing/node-on-disk.ts';
import { krillsync, placesOf, stateDirOf } from './testing/run-command.ts';
import { Scene } from './testing/scene.ts';

let scene: Scene;
let node: NodeOnDisk;
let repository: RrdpRepository;

beforeEach(() => {
  scene = new Scene();
  node = scene.node();
  repository = publishTen(new RrdpRepository({ dir: scene.sourceDir }));
});

afterEach(() => scene.remove());

const run = (...more: readonly string[]) => krillsync(...placesOf(scene, node), ...more);

describe('--verify', () => {
  test('finds what is not right, and --repair makes it right', async () => {
    await run();
    expect(await run('--verify')).toEqual({ code: 0, out: '', err: '' });
    const [snapshot = ''] = repository.paths;
    writeFileSync(join(node.rrdpDir, snapshot), 'x'.repeat(100));
    const found = await run('--verify');
    expect(found.code).toBe(1);
    expect(found.err).toContain(`${snapshot} has another hash than its notification says`);
    expect(await run('--verify', '--repair')).toMatchObject({ code: 0 });
    const object = join(node.rsyncDir, 'current/ca/3.roa');
    unlinkSync(object);
    writeFileSync(object, 'y');
    const { code, out } = await run('--verify', '--json');
    expect({ code, ...JSON.parse(out) }).toMatchObject({
      code: 1,
      result: 'not sound',
      faults: [expect.stringContaining('ca/3.roa is not what is published as rsync://')],
    });
    expect(await run('--verify', '--repair')).toMatchObject({ code: 0 });
    expectServes(node, repository);
  });

  test('says so when nothing is served', async () => {
    expect(await run('--verify')).toMatchObject({ code: 1 });
  });

  test('may stand first, as a word', async () => {
    await run();
    const places = ['--state-dir', stateDirOf(node), '--rrdp-dir', node.rrdpDir];
    const given = [notificationUri.text, '--source-uri-base', scene.sourceDir, '--rsync-disable'];
    expect(await krillsync('verify', ...given, ...places)).toMatchObject({ code: 0 });
    writeFileSync(join(node.rrdpDir, repository.paths[0] ?? ''), 'x');
    expect(await krillsync('verify', ...given, ...places)).toMatchObject({ code: 1 });
    expect(await krillsync('--json', 'verify', ...given, ...places)).toMatchObject({
      code: 1,
      out: expect.stringContaining('"result":"not sound"'),
    });
    expect(await krillsync('verify', '--repair', ...given, ...places)).toMatchObject({ code: 0 });
  });
});

test('--dry-run tells and does nothing', async () => {
  expect(await run('--dry-run')).toMatchObject({
    code: 0,
    out: 'update: nothing is served yet\n',
  });
  expect(existsSync(node.rrdpDir)).toBe(false);
  await run();
  expect(await run('--dry-run')).toMatchObject({ out: 'nothing: nothing new\n' });
  repository.publish(uri('x.roa'), 'x').commit();
  const { out } = await run('--dry-run', '--json');
  expect(JSON.parse(out)).toMatchObject({ plan: 'update', serial: 2, files: 2 });
  await run();
  const { session } = repository;
  const old = repository.notification().replace(/<delta.*\/>/, '');
  repository.writeNotification(old.replace('serial="2"', 'serial="1"'));
  expect(await run('--dry-run')).toMatchObject({
    code: 1,
    out: expect.stringContaining(`went back from serial 2 to 1 in session ${session}`),
  });
});
