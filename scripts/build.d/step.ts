import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** SHA-256 over texts and files' contents, in hexadecimal. */
export function sha256(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

/** SHA-256 of one file as `sha256sum` prints it. */
export function fileSha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/**
 * Makes `output` unless it was made from the same inputs before, and says which of the two it was.
 * @param inputs a hash of everything that `make` depends on
 */
export async function step(
  output: string,
  inputs: string,
  make: () => void | Promise<void>,
): Promise<void> {
  const stamp = `dist/.inputs/${output.slice(output.lastIndexOf('/') + 1)}`;
  const fresh = existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs;
  const started = performance.now();
  if (!fresh) {
    await make();
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, inputs);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.error(`${output}  ${megabytes(output)}  ${fresh ? 'unchanged' : `${seconds} s`}`);
}

function megabytes(path: string): string {
  return `${(statSync(path).size / 1e6).toFixed(1)} MB`;
}
