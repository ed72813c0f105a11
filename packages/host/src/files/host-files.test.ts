import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hostFiles } from './host-files.ts';

const files = hostFiles();
const uid = process.getuid?.() ?? 0;
const gid = process.getgid?.() ?? 0;
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'host-files-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('hostFiles', () => {
  test('writes with the rights asked for, whatever the umask, and makes the directories', async () => {
    const path = join(dir, 'a/b/file');
    await files.write(path, 'one\n', { mode: 0o666, uid, gid });
    expect(await files.read(path)).toBe('one\n');
    expect((await stat(path)).mode & 0o7777).toBe(0o666);
    expect((await stat(join(dir, 'a/b'))).mode & 0o7777).toBe(0o755);
  });

  test('replaces the file, never writes into it, and leaves nothing else behind', async () => {
    const path = join(dir, 'file');
    await files.write(path, 'one\n', { mode: 0o600, uid, gid });
    const before = (await stat(path)).ino;
    await files.write(path, 'two\n', { mode: 0o640, uid, gid });
    expect((await stat(path)).ino).not.toBe(before);
    expect(await readdir(dir)).toEqual(['file']);
  });

  test('a write that fails leaves no temporary file', async () => {
    await mkdir(join(dir, 'taken'));
    const write = files.write(join(dir, 'taken'), 'x', { mode: 0o600, uid, gid });
    await expect(write).rejects.toThrow('EISDIR');
    expect(await readdir(dir)).toEqual(['taken']);
  });

  test('what does not exist is null, an empty list, or already removed', async () => {
    expect(await files.read(join(dir, 'none'))).toBeNull();
    expect(await files.list(join(dir, 'none'))).toEqual([]);
    await files.remove(join(dir, 'none'));
  });

  test('lists sorted; a directory gets its rights also when it was there', async () => {
    await writeFile(join(dir, 'b'), '');
    await files.directory(join(dir, 'a'), { mode: 0o700, uid, gid });
    await files.directory(join(dir, 'a'), { mode: 0o1777, uid, gid });
    expect((await stat(join(dir, 'a'))).mode & 0o7777).toBe(0o1777);
    expect(await files.list(dir)).toEqual(['a', 'b']);
  });
});
