import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { UserError, type VolumeFiles } from '@krillmanager/core';
import type { Argv } from '../run.ts';
import { volumeFiles } from './volume-files.ts';

const module = join(import.meta.dirname, 'run-volume-child.ts');
const childOf = (root: string, mounted = false): Argv => [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  '--eval',
  `import(${JSON.stringify(module)}).then((m) => m.runVolumeChild(${JSON.stringify(root)}, { mounted: ${mounted} }))`,
];
const access = { mode: 0o600, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

let root: string;
let files: VolumeFiles;
jest.setTimeout(30_000);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'volume-files-'));
  files = volumeFiles({ root, child: childOf(root) });
});
afterEach(() => rm(root, { recursive: true }));

describe('volumeFiles', () => {
  test('writes and reads, with the rights asked for, and makes the directories', async () => {
    await files.write('a/b/file', 'content ü\n', access);
    expect(await files.read('a/b/file')).toBe('content ü\n');
    expect((await stat(join(root, 'a/b/file'))).mode & 0o7777).toBe(0o600);
    expect(await readdir(join(root, 'a/b'))).toEqual(['file']);
  });

  test('calls made at once each get their own answer', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `file-${i}`);
    await Promise.all(names.map((name) => files.write(name, name, access)));
    expect(await Promise.all(names.map((name) => files.read(name)))).toEqual(names);
  });

  test('makes a directory with these rights, and lists it sorted', async () => {
    await files.directory('d', { ...access, mode: 0o1777 });
    await files.write('d/b', '', access);
    await files.write('d/a', '', access);
    expect((await stat(join(root, 'd'))).mode & 0o7777).toBe(0o1777);
    expect(await files.list('d')).toEqual(['a', 'b']);
    expect(await files.list('')).toEqual(['d']);
  });

  test('what does not exist is null, an empty list, or already removed', async () => {
    expect(await files.read('none/none')).toBeNull();
    expect(await files.list('none')).toEqual([]);
    await files.remove('none/none');
  });

  test('removes a file, and a directory with what is in it', async () => {
    await files.write('d/e/f', '', access);
    await files.remove('d/e/f');
    expect(await files.list('d/e')).toEqual([]);
    await files.remove('d');
    expect(await files.list('')).toEqual([]);
  });

  test("gives another name in the same directory, and takes nobody else's", async () => {
    await files.write('d/old/file', 'x', access);
    await files.rename('d/old', 'new');
    expect(await files.read('d/new/file')).toBe('x');
    await files.write('d/other', 'y', access);
    await expect(files.rename('d/other', 'new')).rejects.toThrow('is there already');
    await expect(files.rename('d/other', '../x')).rejects.toThrow('not a path below the root');
    await expect(files.rename('d/other', 'a/b')).rejects.toThrow('not a name');
    await expect(files.rename('d/none', 'some')).rejects.toThrow('ENOENT');
    expect(await files.list('d')).toEqual(['new', 'other']);
    await files.remove('d');
  });

  test.each(['../x', '/etc/hostname', 'a/../../x', './a', 'a//b', 'a/', 'a\0b'])(
    'refuses the path %j',
    async (path) => {
      await expect(files.read(path)).rejects.toThrow('not a path below the root');
      expect(await readdir(root)).toEqual([]);
    },
  );

  test('follows no symbolic link, neither as directory nor as file', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'outside-'));
    await writeFile(join(outside, 'file'), 'outside');
    await symlink(outside, join(root, 'dir'));
    await symlink(join(outside, 'file'), join(root, 'link'));
    await expect(files.read('dir/file')).rejects.toThrow('ENOTDIR');
    await expect(files.read('link')).rejects.toThrow('ELOOP');
    await expect(files.write('dir/new', '', access)).rejects.toThrow('ENOTDIR');
    await files.write('link', 'inside', access);
    await files.remove('dir');
    expect(await readFile(join(outside, 'file'), 'utf8')).toBe('outside');
    expect(await readFile(join(root, 'link'), 'utf8')).toBe('inside');
    await rm(outside, { recursive: true });
  });

  test('refuses when nothing is mounted at the root, where a mount is due', async () => {
    const mount = join(root, 'mount');
    await mkdir(mount);
    const due = volumeFiles({ root: mount, child: childOf(mount, true) });
    await expect(due.read('file')).rejects.toThrow('no volume is mounted');
  });

  test('a child that cannot start, or dies, is an error and no wait', async () => {
    const none = volumeFiles({ root, child: ['/no/such/program'] });
    await expect(none.read('x')).rejects.toThrow('ENOENT');
    const dying = volumeFiles({ root, child: ['false'] });
    await expect(dying.read('x')).rejects.toThrow('it ended (1)');
  });
});

test('a child that is killed in the middle of a reply is a dead child', async () => {
  const script = `read request; printf '{"val'; kill -9 $$`;
  const broken = volumeFiles({ root, child: ['/bin/sh', '-c', script] });
  await expect(broken.read('x')).rejects.toThrow(/it ended \(SIGKILL\)|it broke off/);
  await expect(broken.read('x')).rejects.toThrow(/it ended \(SIGKILL\)|it broke off/);
});

test('a child that babbles is killed, and another one asked', async () => {
  const script = `read request; test -e ${root}/babbled && { echo '{"value":"x"}'; exec cat >/dev/null; }; echo > ${root}/babbled; echo '{"val'; exec cat >/dev/null`;
  const babbling = volumeFiles({ root, child: ['/bin/sh', '-c', script] });
  await expect(babbling.read('x')).rejects.toThrow('it broke off in the middle of a reply');
  expect(await babbling.read('x')).toBe('x');
});

describe('a volume that hangs', () => {
  // The child has to start within it, too, on a busy machine.
  const deadlineMs = 6000;
  let pipe: string;
  beforeEach(async () => {
    pipe = join(root, 'pipe');
    await promisify(execFile)('mkfifo', [pipe]);
    await writeFile(join(root, 'file'), 'there');
    files = volumeFiles({ root, child: childOf(root), deadlineMs });
  });

  test('costs the caller the deadline, not its event loop, and is over when it answers', async () => {
    expect(await files.read('file')).toBe('there');
    let ticks = 0;
    const ticking = setInterval(() => {
      ticks += 1;
    }, 20);
    const before = Date.now();
    await expect(files.read('pipe')).rejects.toThrow('no answer within 6 s');
    clearInterval(ticking);
    expect(Date.now() - before).toBeLessThan(deadlineMs + 5000);
    expect(ticks).toBeGreaterThan(10);
    expect(await files.read('file')).toBe('there');
  });

  test('fails what waits behind it with the same cause', async () => {
    expect(await files.read('file')).toBe('there');
    const hanging = files.read('pipe');
    const behind = files.read('file');
    await expect(hanging).rejects.toThrow('no answer within');
    await expect(behind).rejects.toThrow(UserError);
  });
});
