import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readText } from './read-text.ts';

const program = fileURLToPath(new URL('read-text.ts', import.meta.url));
let dir: string;
let path: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'krillmanager-read-'));
  path = join(dir, 'settings.json');
  await writeFile(path, '{}');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Read by a process of which these system calls on the file fail, counted by thread, as strace says it. */
async function readInjured(call: string, injury: string): Promise<string> {
  const text = `import { readText } from '${program}';
    process.stdout.write(await readText('${path}'));`;
  const node = [process.execPath, '--input-type=module', '-e', text];
  const fails = ['-f', '-qq', '-o', join(dir, 'calls'), '-P', path];
  const argv = [...fails, '-e', `trace=${call}`, '-e', `inject=${call}:${injury}`, ...node];
  const { stdout } = await promisify(execFile)('strace', argv);
  return stdout;
}

describe('the text of a file', () => {
  test('is read', async () => {
    expect(await readText(path)).toBe('{}');
  });

  test.each([
    ['closing the file fails', 'close', 'error=ENOENT'],
    ['another host has replaced the file', 'openat', 'error=ESTALE:when=1'],
    ['another host has replaced the file after it was opened', 'read', 'error=ENOENT:when=1'],
  ])('is read also when %s', async (_what, call, injury) => {
    expect(await readInjured(call, injury)).toBe('{}');
  });

  test('is not there when the file is not', async () => {
    await expect(readText(join(dir, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
