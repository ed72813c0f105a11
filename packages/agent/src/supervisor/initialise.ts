import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClusterSettings, KrillSettings } from '@krillmanager/core';
import type { KrillAnswers } from './krill-answer.ts';
import { krillc } from './krillc.ts';
import type { Places } from './places.ts';
import { writeDurably } from './write-durably.ts';

const askEveryMs = 300;

/** Uses the one-shot permit up: from here on a death leaves "initialising", which never restarts. */
export async function beginInitialisation(places: Places, wanted: AbortSignal): Promise<void> {
  const state = JSON.stringify({ state: 'initialising' });
  await writeDurably(places.state, state, { mode: 0o600, wanted });
  await rm(places.permit);
}

export interface Initialisation {
  readonly places: Places;
  readonly settings: ClusterSettings;
  readonly answer: KrillAnswers;
  /** Aborted when Krill has ended. */
  readonly wanted: AbortSignal;
}

/** With Krill running: makes what the mode asks for, then says so on the volume. */
export async function completeInitialisation(initialisation: Initialisation): Promise<void> {
  const { places, settings, wanted } = initialisation;
  const { krill, domains } = settings;
  if (krill.mode === 'testbed') await keepTrustAnchor(initialisation);
  else await makeCa(krill, domains, initialisation);
  const state = JSON.stringify({ state: 'initialised' });
  await writeDurably(places.state, state, { mode: 0o600, wanted });
}

/** Krill listens once its data is ready: with a test bed that is after all its CAs and ROAs. */
export async function awaitAnswer<T>(
  ask: () => Promise<T | null>,
  wanted: AbortSignal,
): Promise<T> {
  for (;;) {
    wanted.throwIfAborted();
    const answered = await ask();
    if (answered !== null) return answered;
    await pause(askEveryMs);
  }
}

async function keepTrustAnchor({ places, answer, wanted }: Initialisation): Promise<void> {
  const locator = await awaitAnswer(() => answer('/ta/ta.tal'), wanted);
  const certificate = await awaitAnswer(() => answer('/ta/ta.cer'), wanted);
  const published = { mode: 0o644, wanted };
  const encoded = certificate.toString('base64');
  await writeDurably(`${places.trustAnchor}/ta.cer.b64`, encoded, published);
  await writeDurably(`${places.trustAnchor}/ta.tal`, locator.toString('utf8'), published);
}

async function makeCa(
  krill: Exclude<KrillSettings, { mode: 'testbed' }>,
  domains: ClusterSettings['domains'],
  { places, wanted }: Initialisation,
): Promise<void> {
  const ask = (argv: readonly string[]) => krillc(argv, wanted);
  // The socket comes a moment after the port, and no command below can be asked twice.
  await awaitAnswer(() => ask(['health']).catch(() => null), wanted);
  const ca = ['--ca', krill.ca];
  if (krill.mode === 'third-party') return void (await ask(['add', ...ca]));
  const rrdp = ['--rrdp', `https://${domains.rrdp}/rrdp/`];
  const rsync = ['--rsync', `rsync://${domains.rsync}/repo/`];
  await ask(['pubserver', 'server', 'init', ...rrdp, ...rsync]);
  await ask(['add', ...ca]);
  // By file: krillc opens what it is to read by name, and a pipe of Node's has none that opens.
  await writeFile(places.exchange, await ask(['repo', 'request', ...ca]));
  const publisher = ['pubserver', 'publishers', 'add', '--request', places.exchange];
  await writeFile(places.exchange, await ask(publisher));
  await ask(['repo', 'configure', ...ca, '--response', places.exchange]);
}
