import { UserError } from '@krillmanager/core';

/** dockerd answers 200 before it reads the archive; its failure is the stream's last line. */
function failureOf(line: string): string | null {
  if (line.trim() === '') return null;
  const said: unknown = JSON.parse(line);
  if (typeof said !== 'object' || said === null || !('error' in said)) return null;
  return String(said.error);
}

/**
 * Reads dockerd's progress report to its end.
 * @throws UserError with dockerd's words when it could not load the archive.
 */
export async function loaded(archive: string, report: AsyncIterable<unknown>): Promise<void> {
  let text = '';
  for await (const chunk of report) text += String(chunk);
  for (const line of text.split('\n')) {
    const failure = failureOf(line);
    if (failure === null) continue;
    throw new UserError(`loading the images of ${archive}: Docker says: ${failure}`, {
      hint: 'unpack the release again: the archive may be damaged, or the disk full',
    });
  }
}
