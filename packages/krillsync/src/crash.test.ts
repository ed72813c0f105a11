import { execFile } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { NodeOnDisk, namesBelow } from './testing/node-on-disk.ts';
import { byPath, byUri, Scene } from './testing/scene.ts';

// Each point costs a process: all of them only when a long run is asked for.
const isFull = process.env.KRILLMANAGER_FULL === '1';

const uri = (name: string): string => `rsync://repo.example.net/repo/${name}`;

/**
 * Runs one update in a process of its own that kills itself at its nth change of the file system;
 * ends by itself, and prints how many there were, when there are fewer.
 */
const program = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const [node, root, source, nth] = process.argv.slice(1);
const changes = ['openSync', 'writeSync', 'mkdirSync', 'renameSync', 'symlinkSync', 'fsyncSync',
  'futimesSync', 'utimesSync', 'rmSync', 'rmdirSync', 'linkSync', 'unlinkSync'];
let count = 0;
const counted = (call) => function (...args) {
  count += 1;
  if (count === Number(nth)) process.kill(process.pid, 'SIGKILL');
  return call.apply(this, args);
};
const { NodeOnDisk } = await import(node);
const { NextTree } = await import(new URL('../next-tree.ts', node));
for (const name of changes) fs[name] = counted(fs[name]);
fs.promises.rm = counted(fs.promises.rm);
const handle = await fs.promises.open('/dev/null');
const opened = Object.getPrototypeOf(handle);
await handle.close();
for (const name of ['write', 'chmod', 'utimes', 'sync']) opened[name] = counted(opened[name]);
fs.promises.open = counted(fs.promises.open);
syncBuiltinESMExports();
await new NodeOnDisk(root, source).update({ cleanupAfterMs: 0, next: new NextTree() });
console.log(count);
`;

function run(root: string, source: string, nth: number): Promise<{ killed: boolean; out: string }> {
  const module = new URL('./testing/node-on-disk.ts', import.meta.url).href;
  const args = ['--input-type=module', '-e', program, module, root, source, String(nth)];
  const env = { ...process.env, NODE_COMPILE_CACHE: join(source, '../compiled') };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, out) =>
      resolve({ killed: error?.signal === 'SIGKILL', out }),
    );
  });
}

// With one tree there, its files are linked; with an old one besides, that is brought forward.
describe.each([1, 2])('an update that is killed, with %d trees', (trees) => {
  const scene = new Scene();
  const repository = new RrdpRepository({ dir: scene.sourceDir, keepOldSnapshots: true });
  const before = scene.node('before');
  const states: (readonly [ReadonlyMap<string, string>, ReadonlyMap<string, string>])[] = [];
  const remember = () => states.push([byUri(repository.objects), byPath(repository.objects)]);

  beforeAll(async () => {
    repository.publish(uri('a.roa'), 'a1').publish(uri('ca/b.roa'), 'b1').commit();
    remember();
    await before.update();
    if (trees > 1) {
      repository.publish(uri('a.roa'), 'a0').commit();
      await before.update();
      states.length = 0;
      remember();
    }
    repository.publish(uri('a.roa'), 'a2').publish(uri('ca/c.roa'), 'c2').withdraw(uri('ca/b.roa'));
    repository.commit();
    remember();
  });

  afterAll(() => scene.remove());

  async function killAt(nth: number): Promise<boolean> {
    const root = join(scene.root, `killed-${nth}`);
    cpSync(before.root, root, {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
    });
    const { killed } = await run(root, scene.sourceDir, nth);
    const node = new NodeOnDisk(root, scene.sourceDir);
    expect(states.map(([rrdp]) => rrdp)).toContainEqual(node.rrdpView());
    expect(states.map(([, rsync]) => rsync)).toContainEqual(node.rsyncView());
    await node.update();
    expect(node.rrdpView()).toEqual(states[1]?.[0]);
    expect(node.rsyncView()).toEqual(states[1]?.[1]);
    expect(namesBelow(root).filter((name) => name.includes('.krillsync'))).toEqual([]);
    rmSync(root, { recursive: true });
    return killed;
  }

  test('leaves a whole state, and the next run completes, wherever it was', async () => {
    const whole = join(scene.root, 'whole');
    cpSync(before.root, whole, { recursive: true, verbatimSymlinks: true });
    const calls = Number((await run(whole, scene.sourceDir, 0)).out);
    expect(calls).toBeGreaterThan(40);
    const step = isFull ? 1 : Math.ceil(calls / 8);
    const points = Array.from({ length: calls }, (_, i) => i + 1).filter((n) => n % step === 0);
    for (let at = 0; at < points.length; at += 2) {
      const killed = await Promise.all(points.slice(at, at + 2).map(killAt));
      expect(killed).not.toContain(false);
    }
  }, 300_000);
});
