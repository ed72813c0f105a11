import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { replaceFile } from './durable.ts';
import type { Log } from './log.ts';
import { isMarkerName } from './marker.ts';
import { MarkerProcess } from './marker-process.ts';
import type { BarrierChoice } from './options.ts';
import { PeerBarrier } from './peer-barrier.ts';

/** The barrier of a daemon that shares a directory with others; until it is closed. */
export function peerBarrier(choice: BarrierChoice, stateDir: string, log: Log): PeerBarrier {
  const { dir, deadline, name = ownName(stateDir) } = choice;
  log.info('waiting for the others at a barrier', { dir, name });
  return new PeerBarrier({
    name,
    deadlineMs: deadline * 1000,
    exchange: new MarkerProcess({ dir, log }),
    clock: {
      now: () => performance.now(),
      sleep: (ms, signal) => sleep(Math.max(0, ms), undefined, { signal }),
    },
    log,
  });
}

/** Host names are not always different: two nodes with one marker would never wait for each other. */
function ownName(stateDir: string): string {
  const path = join(stateDir, 'barrier-name');
  const known = readName(path);
  if (known !== undefined && isMarkerName(known)) return known;
  const host = hostname()
    .replace(/[^A-Za-z0-9._-]/g, '')
    .slice(0, 64);
  const name = `${host.replace(/^[^A-Za-z0-9]+/, '') || 'node'}-${randomBytes(4).toString('hex')}`;
  replaceFile(path, join(stateDir, '.barrier-name.new'), Buffer.from(`${name}\n`));
  return name;
}

function readName(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
