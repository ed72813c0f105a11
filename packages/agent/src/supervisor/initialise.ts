import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClusterSettings, KrillSettings } from '@krillmanager/core';
import type { KrillAnswers } from './krill-answer.ts';
import { krillc } from './krillc.ts';
import type { Places } from './places.ts';
import { writeDurably } from './write-durably.ts';

const askEveryMs = 300;

/** Uses the one-shot permit up: from here on a death leaves "initialising", and in which mode. */
export async function beginInitialisation(
  places: Places,
  { krill: { mode } }: ClusterSettings,
  wanted: AbortSignal,
): Promise<void> {
  const state = JSON.stringify({ state: 'initialising', mode });
  await writeDurably(places.state, state, { mode: 0o600, wanted });
  await rm(places.permit, { force: true });
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

/** Each command is left out when an earlier run, which died, has done it. */
async function makeCa(
  krill: Exclude<KrillSettings, { mode: 'testbed' }>,
  domains: ClusterSettings['domains'],
  { places, wanted }: Initialisation,
): Promise<void> {
  const ask = (argv: readonly string[]) => krillc(argv, wanted);
  const succeeds = (argv: readonly string[]) => ask(argv).then(...yesOrNo);
  // The socket comes a moment after the port.
  await awaitAnswer(() => ask(['health']).catch(() => null), wanted);
  const { ca, mode } = krill;
  const lists = async (argv: readonly string[]) =>
    handles(await ask([...json, ...argv])).includes(ca);
  const publishers = ['pubserver', 'publishers'];
  if (mode === 'own' && !(await succeeds([...publishers, 'list']))) {
    const rrdp = ['--rrdp', `https://${domains.rrdp}/rrdp/`];
    const rsync = ['--rsync', `rsync://${domains.rsync}/repo/`];
    await ask(['pubserver', 'server', 'init', ...rrdp, ...rsync]);
  }
  if (!(await lists(['list']))) await ask(['add', '--ca', ca]);
  if (mode === 'third-party') return keepRequests(ca, places, wanted);
  if (await succeeds(['repo', 'show', '--ca', ca])) return;
  // By file: krillc opens what it is to read by name, and a pipe of Node's has none that opens.
  const { exchange } = places;
  if (!(await lists([...publishers, 'list']))) {
    await writeFile(exchange, await ask(['repo', 'request', '--ca', ca]));
    await ask([...publishers, 'add', '--request', exchange]);
  }
  await writeFile(exchange, await ask([...publishers, 'response', '--publisher', ca]));
  await ask(['repo', 'configure', '--ca', ca, '--response', exchange]);
}

/** For the operator, whom `init` shows them to: repository and parent are somebody else's. */
async function keepRequests(ca: string, places: Places, wanted: AbortSignal): Promise<void> {
  const requests = [
    [places.childRequest, 'parents'],
    [places.publisherRequest, 'repo'],
  ] as const;
  for (const [path, what] of requests) {
    const request = await krillc([what, 'request', '--ca', ca], wanted);
    await writeDurably(path, request, { mode: 0o600, wanted });
  }
}

const json = ['--format', 'json'];
const yesOrNo = [() => true, () => false] as const;

/** Of `list` and `pubserver publishers list`, as Krill 0.16 prints them: {"cas": [{"handle": …}]}. */
function handles(text: string): readonly string[] {
  const lists = Object.values(JSON.parse(text) as Record<string, readonly { handle: string }[]>);
  return lists.flat().map(({ handle }) => handle);
}
