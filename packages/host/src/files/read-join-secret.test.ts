import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readJoinSecret } from './read-join-secret.ts';

const secret = '0123456789abcdef0123456789abcdef';
let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'join-secret-'));
  file = join(dir, 'secret');
});
afterEach(() => rm(dir, { recursive: true }));

test('is read from a file that nobody else can read', async () => {
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  expect((await readJoinSecret(file)).reveal()).toBe(secret);
});

test.each([
  ['of a mode that lets others read', secret, 0o640, 'can be read by others (mode 0640'],
  ['too short', 'short', 0o600, 'holds no secret'],
  ['of two lines', `${secret}\n${secret}`, 0o600, 'holds no secret'],
])('is refused: %s', async (_what, text, mode, message) => {
  await writeFile(file, text);
  await chmod(file, mode);
  await expect(readJoinSecret(file)).rejects.toMatchObject({
    message: expect.stringContaining(message),
    exitCode: 2,
  });
});

test('is refused: a link, and what is not there', async () => {
  await writeFile(join(dir, 'real'), secret, { mode: 0o600 });
  await symlink(join(dir, 'real'), file);
  await expect(readJoinSecret(file)).rejects.toThrow('cannot be read: ELOOP');
  await expect(readJoinSecret(join(dir, 'none'))).rejects.toThrow('cannot be read: ENOENT');
});
