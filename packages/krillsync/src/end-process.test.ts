import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const program = fileURLToPath(new URL('end-process.ts', import.meta.url));
let dir: string;
let pipe: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'krillsync-end-'));
  pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A process of its own that begins something and ends itself with code 3. */
const ends = (begins: string): Promise<{ code: number | null; signal: string | null }> =>
  new Promise((resolve) => {
    const text = `import { endProcess } from '${program}';
      import { open, readFile } from 'node:fs/promises';
      ${begins}
      await endProcess(3);`;
    const argv = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', text];
    const child = execFile(process.execPath, argv);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });

describe('a process that ends itself', () => {
  test.each([
    ['has its exit code', '', { code: 3, signal: null }],
    [
      'has it also when a read was under way',
      "readFile('/etc/hostname').catch(() => {});",
      { code: 3, signal: null },
    ],
  ])('%s', async (_what, begins, expected) => {
    expect(await ends(begins)).toEqual(expected);
  });

  test('ends although a call hangs in the file system', async () => {
    // Nobody will ever write to it.
    expect(await ends(`open('${pipe}', 'r').catch(() => {});`)).toEqual({
      code: null,
      signal: 'SIGKILL',
    });
  });
});
