import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placesBelow } from '../places.ts';
import { supervise, volumeTroubleCode } from '../supervise.ts';

const [root = '', clusterId = ''] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

const code = await supervise({
  places: placesBelow(root),
  clusterId,
  render: (template, view) => `${template} ${JSON.stringify(view)}`,
  say: (line) => process.stderr.write(`${line}\n`),
  signal: stop.signal,
  isVolume: async () => !existsSync(join(root, 'not-a-volume')),
  answer: (path) => readFile(join(root, 'answers', path)).catch(() => null),
  majoritySeen: () => 'unknown',
});
// As the main of the container does.
if (code === volumeTroubleCode) process.kill(process.pid, 'SIGKILL');
process.exit(code);
