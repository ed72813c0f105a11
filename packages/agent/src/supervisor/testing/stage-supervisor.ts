import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isOnFuse } from '../guard.ts';
import { majoritySeenIn } from '../majority-seen.ts';
import { placesBelow } from '../places.ts';
import { supervise, volumeTroubleCode } from '../supervise.ts';

/** A supervisor whose Krill is whatever the path has, and answers with files: ROOT CLUSTER [fuse] */
const [root = '', clusterId = '', volume] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

/** The same clock on all hosts of a lab. */
const monotonicMs = (): bigint => process.hrtime.bigint() / 1_000_000n;

const places = placesBelow(root);
const code = await supervise({
  places,
  clusterId,
  render: (template, view) => `${template} ${JSON.stringify(view)}`,
  say: (line) => process.stderr.write(`${monotonicMs()} ${line}\n`),
  signal: stop.signal,
  isVolume: volume === 'fuse' ? isOnFuse : async () => !existsSync(join(root, 'not-a-volume')),
  answer: (path) => readFile(join(root, 'answers', path)).catch(() => null),
  majoritySeen: majoritySeenIn(places.majority),
});
// As the main of the container does.
if (code === volumeTroubleCode) process.kill(process.pid, 'SIGKILL');
process.exit(code);
