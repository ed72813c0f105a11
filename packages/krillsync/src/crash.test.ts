import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { NodeOnDisk, namesBelow } from './testing/node-on-disk.ts';
import { byPath, byUri, Scene } from './testing/scene.ts';
import { type Call, changesBelow, killAt } from './testing/strace.ts';

// Each call costs a process: all of them only when a long run is asked for.
const isFull = process.env.KRILLMANAGER_FULL === '1';
const sampleCount = 8;
const program = fileURLToPath(new URL('./testing/update-program.ts', import.meta.url));

const uri = (n: number): string => `rsync://repo.example.net/repo/ca${n % 3}/${n % 2}/${n}.roa`;

const change = (repository: RrdpRepository): void =>
  void repository.publish(uri(0), 'new').withdraw(uri(1)).publish(uri(90), 'more').commit();

interface Case {
  readonly update: string;
  /** A call that shows that it is this way of making a tree. */
  readonly shows: RegExp;
  readonly prepare?: (repository: RrdpRepository, node: NodeOnDisk) => Promise<unknown>;
  readonly news?: (repository: RrdpRepository) => void;
}

const cases: readonly Case[] = [
  { update: 'the first one', shows: /^openat rsync\/.krillsync-tree\/ca0\/0\/6.roa$/ },
  {
    update: 'one by deltas, on links of the live tree',
    shows: /^link(at)? rsync\/session_[-0-9a-f]+_serial_1\/.\/ca0\/0\/6.roa$/,
    prepare: (_, node) => node.update(),
    news: change,
  },
  {
    update: 'one by deltas, on an old tree',
    shows: /^rename(at2?)? rsync\/session_[-0-9a-f]+_serial_1$/,
    prepare: async (repository, node) => {
      await node.update();
      repository.publish(uri(0), 'other').publish(uri(91), 'more').commit();
      await node.update();
    },
    news: change,
  },
  {
    update: 'one by a snapshot, over another session',
    shows: /^openat rsync\/.krillsync-tree\/ca0\/0\/6.roa$/,
    prepare: (_, node) => node.update(),
    news: (repository) => {
      repository.resetSession();
      change(repository);
    },
  },
];

/** What clients get; undefined before there is anything. */
const served = (node: NodeOnDisk) => ({
  rrdp: existsSync(join(node.rrdpDir, 'notification.xml')) ? node.rrdpView() : undefined,
  rsync: existsSync(join(node.rsyncDir, 'current')) ? node.rsyncView() : undefined,
});

const published = ({ objects }: RrdpRepository) => ({
  rrdp: byUri(objects),
  rsync: byPath(objects),
});

// By threads, all of whose calls are seen by strace. What only reads needs no kill of its own: the
// disk is as it will be at the next call that changes something.
describe.each(cases)('an update that is killed: $update', ({ shows, prepare, news }) => {
  const scene = new Scene();
  const repository = new RrdpRepository({ dir: scene.sourceDir, keepOldSnapshots: true });
  const before = scene.node('before');
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    NODE_COMPILE_CACHE: join(scene.root, 'compiled'),
    // For what is given to Node's own threads: one, so that the same one does the same each time.
    UV_THREADPOOL_SIZE: '1',
  };
  const updateOf = (root: string) =>
    [process.execPath, program, root, scene.sourceDir] as [string, ...string[]];
  let calls: readonly Call[];

  beforeAll(async () => {
    for (let n = 0; n < 12; n += 1) repository.publish(uri(n), `object ${n}`);
    repository.commit();
    await prepare?.(repository, before);
    news?.(repository);
    calls = await changesBelow(copy('whole'), updateOf(join(scene.root, 'whole')), env);
  }, 60_000);

  afterAll(() => scene.remove());

  function copy(name: string): string {
    const root = join(scene.root, name);
    mkdirSync(root);
    const how = { recursive: true, verbatimSymlinks: true, preserveTimestamps: true };
    cpSync(before.root, root, how);
    return root;
  }

  async function killed(call: Call, at: number): Promise<void> {
    const root = copy(`killed-${at}`);
    const node = new NodeOnDisk(root, scene.sourceDir);
    const was = served(node);
    const isKilled = await killAt(root, call, updateOf(root), env);
    expect({ call, isKilled }).toEqual({ call, isKilled: true });
    const is = served(node);
    const will = published(repository);
    expect([was.rrdp, will.rrdp]).toContainEqual(is.rrdp);
    expect([was.rsync, will.rsync]).toContainEqual(is.rsync);
    await node.update();
    expect(served(node)).toEqual(will);
    expect(namesBelow(root).filter((name) => name.includes('.krillsync'))).toEqual([]);
    rmSync(root, { recursive: true });
  }

  test('leaves a whole state, and the next run completes, whatever call it was', async () => {
    expect(calls.map(({ name, path }) => `${name} ${path}`)).toContainEqual(
      expect.stringMatching(shows),
    );
    const step = isFull ? 1 : Math.ceil(calls.length / sampleCount);
    const points = [...calls.entries()].filter(([at]) => at % step === 0);
    for (let at = 0; at < points.length; at += 2) {
      await Promise.all(points.slice(at, at + 2).map(([n, call]) => killed(call, n)));
    }
    if (isFull) process.stdout.write(`killed at ${points.length} calls\n`);
  }, 900_000);
});
