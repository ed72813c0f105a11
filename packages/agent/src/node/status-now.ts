import type { SecureContextOptions } from 'node:tls';
import {
  type ClusterSettings,
  krillPort,
  type NodeStatus,
  paths,
  type StorageHealth,
  usualSettings,
} from '@krillmanager/core';
import type { ContextOf } from '../http/kept-context.ts';
import type { Machine } from '../machine.ts';
import type { Tick } from './loop.ts';
import { ownAddress } from './next-action.ts';
import { nodeStatus } from './node-status.ts';
import { readHeldUpdate } from './read-held-update.ts';
import { readKrillRefusal } from './read-krill-refusal.ts';
import { type ServedContent, servedContent, servedFrontDoor } from './served-content.ts';
import { tcpAnswers } from './tcp-answers.ts';

const nothingServed: ServedContent = {
  session: null,
  serial: null,
  httpProblem: 'nothing is served yet',
  rsyncProblem: null,
};

/** What the agent has found out by itself. */
export interface Found {
  readonly release: string;
  readonly tick: Tick;
  readonly doing: string;
  readonly storage: StorageHealth;
  readonly contextOf: ContextOf;
  /** Of the agent's other parts. */
  readonly problems: readonly string[];
}

/** What the agent found out, and what Docker, NGINX, rsyncd and Krill answer to a question put now. */
export async function statusNow(machine: Machine, found: Found): Promise<NodeStatus> {
  const { view } = found.tick;
  const { settings, serving } = view.memory;
  const self = ownAddress(settings?.nodes ?? [], view.addresses);
  const serves = (serving?.spec.containers.length ?? 0) > 0 && settings !== null;
  const answers = view.mount.mounted && view.mount.answering;
  const [content, krillAnswers, krillRefusal, held, containers, copies] = await Promise.all([
    serves ? lookAtContent(machine, settings, found.contextOf) : nothingServed,
    self === null ? false : tcpAnswers(self, krillPort),
    readKrillRefusal(machine.clock.now()),
    serves ? readHeldUpdate() : null,
    allContainers(machine),
    answers ? machine.mount.copies() : undefined,
  ]);
  return nodeStatus({
    ...found,
    view: { ...view, containers },
    content,
    krillAnswers,
    krillRefusal,
    held,
    copies,
  });
}

/** The serving stack, and what Swarm runs here; null when Docker does not answer. */
async function allContainers({ containers }: Machine): Promise<Tick['view']['containers']> {
  try {
    return [...(await containers.list()), ...(await containers.singletons())];
  } catch {
    return null;
  }
}

async function lookAtContent(
  machine: Machine,
  settings: ClusterSettings,
  contextOf: ContextOf,
): Promise<ServedContent> {
  const { ports = usualSettings.ports } = settings;
  const { krill, domains } = settings;
  const trust = contextOf(await trusted(machine));
  return krill.mode === 'third-party'
    ? servedFrontDoor(domains.krill, trust, ports)
    : servedContent(domains.rrdp, trust, ports);
}

/** Who may have signed what NGINX shows here: our authority, or, being given, the certificate itself. */
async function trusted({ local }: Machine): Promise<SecureContextOptions> {
  const files = ['authority.pem', 'server.pem'];
  const found = await Promise.all(files.map((name) => local.read(`${paths.serving}/tls/${name}`)));
  const known = found.filter((text) => text !== null);
  return known.length === 0 ? {} : { ca: known.join('\n'), allowPartialTrustChain: true };
}
