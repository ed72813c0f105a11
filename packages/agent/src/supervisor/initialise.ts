import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import type { ClusterSettings, KrillSettings } from '@krillmanager/core';
import { krillAnswer } from './krill-answer.ts';
import type { Places } from './places.ts';
import { initialisationMs } from './policy.ts';
import { writeDurably } from './write-durably.ts';

/** Uses the one-shot permit up: from here on a death leaves "initialising", which never restarts. */
export async function beginInitialisation(places: Places): Promise<void> {
  await writeDurably(places.state, JSON.stringify({ state: 'initialising' }), 0o600);
  await rm(places.permit);
}

/** With Krill running: makes what the mode asks for, then says so on the volume. */
export async function completeInitialisation(
  places: Places,
  settings: ClusterSettings,
  stopped: () => boolean,
): Promise<void> {
  await makeAuthorities(places, settings, stopped);
  await writeDurably(places.state, JSON.stringify({ state: 'initialised' }), 0o600);
}

async function makeAuthorities(
  places: Places,
  settings: ClusterSettings,
  stopped: () => boolean,
): Promise<void> {
  const { krill } = settings;
  // Krill listens once its data is ready; with a test bed that is after all its CAs and ROAs.
  const probe = krill.mode === 'testbed' ? '/ta/ta.tal' : '/health';
  const answered = await waitFor(probe, stopped);
  if (krill.mode === 'testbed') {
    const certificate = await krillAnswer('/ta/ta.cer');
    if (certificate === null) throw new Error('Krill gave no trust anchor certificate');
    await writeDurably(`${places.trustAnchor}/ta.cer.b64`, certificate.toString('base64'), 0o644);
    await writeDurably(`${places.trustAnchor}/ta.tal`, answered.toString('utf8'), 0o644);
    return;
  }
  await makeCa(krill, settings.domains);
}

async function waitFor(path: string, stopped: () => boolean): Promise<Buffer> {
  const deadline = performance.now() + initialisationMs;
  while (performance.now() < deadline && !stopped()) {
    const answer = await krillAnswer(path);
    if (answer !== null) return answer;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`Krill did not answer ${path} within ${initialisationMs / 1000} s`);
}

async function makeCa(
  krill: Exclude<KrillSettings, { mode: 'testbed' }>,
  domains: ClusterSettings['domains'],
): Promise<void> {
  const own = krill.mode === 'own';
  if (own) {
    const uris = [
      '--rrdp',
      `https://${domains.rrdp}/rrdp/`,
      '--rsync',
      `rsync://${domains.rsync}/repo/`,
    ];
    await krillc(['pubserver', 'server', 'init', ...uris]);
  }
  await krillc(['add', '--ca', krill.ca]);
  if (!own) return;
  const request = await krillc(['repo', 'request', '--ca', krill.ca]);
  const response = await krillc(
    ['pubserver', 'publishers', 'add', '--request', '/dev/stdin'],
    request,
  );
  await krillc(['repo', 'configure', '--ca', krill.ca, '--response', '/dev/stdin'], response);
}

/** Over Krill's own socket, where our user is the administrator: no token is needed. */
function krillc(argv: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('krillc', argv, { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve(output)
        : reject(new Error(`krillc ${argv.join(' ')} ended with ${code}`)),
    );
    child.stdin.end(input);
  });
}
