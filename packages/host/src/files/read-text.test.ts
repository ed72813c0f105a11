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

/** Read by a process whose calls to close the file fail. */
async function readWithoutClosing(): Promise<string> {
  const text = `import { readText } from '${program}';
    process.stdout.write(await readText('${path}'));`;
  const node = [process.execPath, '--input-type=module', '-e', text];
  const fails = ['-f', '-qq', '-o', join(dir, 'calls'), '-P', path];
  const argv = [...fails, '-e', 'trace=close', '-e', 'inject=close:error=ENOENT', ...node];
  const { stdout } = await promisify(execFile)('strace', argv);
  return stdout;
}

describe('the text of a file', () => {
  test('is read', async () => {
    expect(await readText(path)).toBe('{}');
  });

  test('is read also when closing the file fails', async () => {
    expect(await readWithoutClosing()).toBe('{}');
  });

  test('is not there when the file is not', async () => {
    await expect(readText(join(dir, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
