import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { Scene } from './testing/scene.ts';
import { changesBelow } from './testing/strace.ts';

const program = fileURLToPath(new URL('./testing/update-program.ts', import.meta.url));
const scene = new Scene();

afterAll(() => scene.remove());

test('what gets a name that others look for is on disk before', async () => {
  const repository = new RrdpRepository({ dir: scene.sourceDir });
  const uri = 'rsync://repo.example.net/repo/a.roa';
  repository.publish(uri, 'a').commit();
  repository.publish(uri, 'b').commit();
  const { root } = scene.node();
  const env = { ...process.env, NODE_OPTIONS: '', UV_THREADPOOL_SIZE: '1' };
  const calls = await changesBelow(root, [process.execPath, program, root, scene.sourceDir], env);
  const steps = calls.map(({ name, path }) => `${name.replace(/at2?$/, '')} ${path}`);
  for (const path of [
    'rrdp/.krillsync/0',
    'rrdp/.krillsync/1',
    'rrdp/.krillsync/notification',
    'state/.state.json.new',
  ]) {
    const [synced, renamed] = [steps.indexOf(`fsync ${path}`), steps.indexOf(`rename ${path}`)];
    expect({ path, synced, isBefore: synced < renamed }).toEqual({
      path,
      synced: expect.any(Number),
      isBefore: true,
    });
    expect(synced).toBeGreaterThanOrEqual(0);
  }
  // And so are the names of all files that the notification names, before clients are sent there.
  const [snapshot = ''] = repository.paths;
  const named = steps.lastIndexOf(`fsync ${join('rrdp', snapshot, '..')}`);
  expect(named).toBeGreaterThan(steps.indexOf('rename rrdp/.krillsync/0'));
  expect(named).toBeLessThan(steps.indexOf('rename rrdp/.krillsync/notification'));
}, 60_000);
