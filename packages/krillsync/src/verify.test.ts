import { execFileSync } from 'node:child_process';
import { existsSync, unlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { lockStateDirectory } from './lock.ts';
import { expectServes, publishTen, uri } from './testing/first-publication.ts';
import { type NodeOnDisk, namesBelow, notificationUri } from './testing/node-on-disk.ts';
import { krillsync, placesOf, stateDirOf } from './testing/run-command.ts';
import { Scene } from './testing/scene.ts';
import { verify } from './verify.ts';

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

  test('is content with a tree that is behind on purpose, if that is whole', async () => {
    await run();
    const path = repository.paths[0] ?? '';
    repository.publish(uri('ca/3.roa'), 'new').publish(uri('x.roa'), 'x').commit();
    await run('--rsync-interval', '600');
    expect(node.rsyncView().size).toBe(10);
    expect(await run('--verify')).toEqual({ code: 0, out: '', err: '' });
    const object = join(node.rsyncDir, 'current/ca/3.roa');
    writeFileSync(object, 'y');
    expect((await run('--verify')).err).toContain('ca/3.roa is not what is published as rsync://');
    // Without the snapshot of that serial only a number is known.
    unlinkSync(join(node.rrdpDir, path));
    expect(await run('--verify')).toMatchObject({ code: 0 });
    unlinkSync(object);
    expect((await run('--verify')).err).toContain('has 9 files, it had 10');
    expect(await run('--verify', '--repair')).toMatchObject({ code: 0 });
    expectServes(node, repository);
  });

  test('works beside a daemon, and where nothing can be written', async () => {
    await run();
    const before = namesBelow(node.root);
    const lock = lockStateDirectory(stateDirOf(node));
    expect(await run('--verify')).toEqual({ code: 0, out: '', err: '' });
    expect((await run('--verify', '--repair')).err).toContain('another krillsync works');
    lock.release();
    const nowhere = placesOf(scene, node).map((word) =>
      word === stateDirOf(node) ? join(scene.root, 'no/state') : word,
    );
    expect(await krillsync(...nowhere, '--verify')).toEqual({ code: 0, out: '', err: '' });
    expect(namesBelow(node.root)).toEqual(before);
    expect(scene.names()).toEqual(['node', 'source']);
  });

  test('looks again when what is served changed while it looked', async () => {
    await run();
    // Nobody gets past a pipe before something is written to it.
    const pipe = join(node.rrdpDir, `${repository.paths[0]}.gz`);
    execFileSync('mkfifo', [pipe]);
    const looking = verify(node.setup());
    repository.publish(uri('x.roa'), 'x').commit();
    await run();
    await writeFile(pipe, 'no gzip');
    expect(await looking).toMatchObject({ result: 'sound', serial: 2 });
  });

  test('looks into compressed copies, and has them made anew', async () => {
    await run('--gzip');
    const copy = join(node.rrdpDir, `${repository.paths[0]}.gz`);
    expect(await run('--verify')).toMatchObject({ code: 0 });
    writeFileSync(copy, gzipSync('other'));
    expect((await run('--verify')).err).toContain(`${copy} is not a copy of the file beside it`);
    writeFileSync(copy, 'no gzip');
    expect((await run('--verify')).err).toContain(`${copy} is not sound: `);
    expect(await run('--verify', '--repair')).toMatchObject({ code: 0 });
    expect(existsSync(copy)).toBe(false);
    expect(await run('--gzip')).toMatchObject({ code: 0 });
    writeFileSync(copy, 'no gzip');
    expect(await run('--verify', '--repair', '--gzip')).toMatchObject({ code: 0 });
    expect(existsSync(copy)).toBe(true);
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
