import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { childEnv } from './child-env.ts';
import { makeDirectories } from './durable.ts';
import type { Candidate, Gate } from './gate.ts';
import { KrillsyncError, messageOf, refuse } from './krillsync-error.ts';
import type { ValidationChoice } from './options.ts';
import { scanSnapshot } from './rrdp-directory.ts';
import type { Setup } from './setup.ts';
import { TreeWriter } from './tree-writer.ts';
import { fetchTrustAnchor } from './trust-anchor.ts';

const validator = 'rpki-client';
const runMaxMs = 15 * 60_000;

/**
 * Validates a candidate with rpki-client, offline, under the given trust anchors. Only what it says
 * about objects of this repository counts: others' are not there to be judged.
 */
export function rpkiClientGate(choice: ValidationChoice): Gate {
  return async (setup, candidate) => {
    const complaints = await complaintsOf(choice, setup, candidate);
    if (complaints.length === 0) return;
    const { session, serial } = candidate.notification;
    const [first = '', ...more] = complaints;
    const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
    const message = `session ${session} serial ${serial} is not valid: ${first}${others}`;
    if (choice.rejects) throw refuse(message);
    setup.log.warn(message);
  };
}

async function complaintsOf(
  choice: ValidationChoice,
  setup: Setup,
  { notification, staged }: Candidate,
): Promise<readonly string[]> {
  const dir = join(setup.stateDir, '.validation');
  const cache = join(dir, 'cache');
  const output = join(dir, 'output');
  rmSync(dir, { recursive: true, force: true });
  for (const path of [cache, output]) makeDirectories(path);
  try {
    await scanSnapshot(setup, notification, staged, new TreeWriter(cache, true));
    const missing: string[] = [];
    for (const tal of choice.tals) missing.push(...(await placeAnchor(tal, cache, choice)));
    if (missing.length > 0) return missing;
    const { said, isComplete } = await run(choice.tals, cache, output, setup.stop);
    const complaints = said.flatMap((line) => complaintIn(line, cache));
    return isComplete || complaints.length > 0 ? complaints : [said.at(-1) ?? 'rpki-client failed'];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** rpki-client looks for a trust anchor's certificate at ta/NAME-OF-THE-TAL/NAME-OF-THE-FILE. */
async function placeAnchor(
  tal: string,
  cache: string,
  { isOffline }: ValidationChoice,
): Promise<readonly string[]> {
  const uris = anchorUris(tal);
  for (const uri of uris) {
    const here = published(uri, cache) ?? besideTal(tal);
    const certificate = here ?? (isOffline ? undefined : await fetchTrustAnchor(uri));
    if (!certificate) continue;
    const path = join(cache, 'ta', basename(tal, '.tal'), basename(new URL(uri).pathname));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, certificate);
    return [];
  }
  return [`no certificate for the trust anchor of ${tal} (${uris.join(', ')})`];
}

function anchorUris(tal: string): readonly string[] {
  try {
    const lines = readFileSync(tal, 'utf8').split(/\r?\n/);
    return lines.filter((line) => /^(rsync|https):\/\/\S+$/.test(line) && URL.canParse(line));
  } catch (cause) {
    throw new KrillsyncError('usage', `cannot read ${tal}: ${messageOf(cause)}`, { cause });
  }
}

/** The certificate may be one of the repository's own objects. */
function published(uri: string, cache: string): Buffer | undefined {
  const { protocol, host, pathname } = new URL(uri);
  const path = join(cache, host, pathname);
  return protocol === 'rsync:' && existsSync(path) ? readFileSync(path) : undefined;
}

/** Where there is no network: x.cer beside x.tal. */
function besideTal(tal: string): Buffer | undefined {
  const path = join(dirname(tal), `${basename(tal, '.tal')}.cer`);
  return existsSync(path) ? readFileSync(path) : undefined;
}

function run(
  tals: readonly string[],
  cache: string,
  output: string,
  signal: AbortSignal,
): Promise<{ said: readonly string[]; isComplete: boolean }> {
  // Started as root it becomes another user, who has to read and write there.
  for (const path of [dirname(cache), cache, output]) chmodSync(path, 0o777);
  const args = ['-n', '-j', '-d', cache, ...tals.flatMap((tal) => ['-t', tal]), output];
  const options = { env: childEnv(), timeout: runMaxMs, signal, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    execFile(validator, args, options, (error, _, stderr) => {
      const said = stderr.split('\n').filter((line) => line !== '');
      // A code of its own means that it gave up on what it found.
      if (!error || typeof error.code === 'number') return resolve({ said, isComplete: !error });
      reject(new KrillsyncError('local', `cannot run rpki-client: ${error.message}`));
    });
  });
}

/** A line such as "rpki-client: host/module/a.roa: what is wrong", if that object is ours. */
function complaintIn(line: string, cache: string): readonly string[] {
  const [, path, what] = /^rpki-client: ([^\s:]+(?::\d+)?\/[^\s:]+): (.+)$/.exec(line) ?? [];
  if (path === undefined || path.split('/').includes('..')) return [];
  return existsSync(join(cache, path)) ? [`${path}: ${what}`] : [];
}
