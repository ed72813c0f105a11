import { dirname } from 'node:path';
import {
  agentPort,
  type ClusterSettings,
  krillPort,
  type NodeStatus,
  paths,
  type StorageHealth,
} from '@krillmanager/core';
import { notifySystemd, tuneGlusterd } from '@krillmanager/host';
import type { Logger } from 'pino';
import { collectFacts } from './collect-facts.ts';
import { type Routes, serveHttp } from './http/serve.ts';
import type { InstalledRelease } from './installed-release.ts';
import type { Machine } from './machine.ts';
import { localStore } from './node/local-store.ts';
import { runLoop, type Tick } from './node/loop.ts';
import { ownAddress } from './node/next-action.ts';
import type { NodePorts } from './node/node-ports.ts';
import { nodeStatus } from './node/node-status.ts';
import { pollStorage, storagePollMs } from './node/poll-storage.ts';
import { type ServedContent, servedContent, servedFrontDoor } from './node/served-content.ts';
import { tcpAnswers } from './node/tcp-answers.ts';

const watchdogMs = 10_000;
const nothingServed: ServedContent = {
  session: null,
  serial: null,
  httpProblem: 'nothing is served yet',
  rsyncProblem: null,
};

const stopped = 'the cluster is stopped: "krillmanager start" starts it';

/** What the agent knows between two looks. */
interface Known {
  tick: Tick | null;
  doing: string;
  storage: StorageHealth;
  polledAtMs: number;
}

/** The daemon on every node; ends when the signal is aborted. */
export async function runAgent(
  machine: Machine,
  release: InstalledRelease,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const ports: NodePorts = {
    ...machine,
    volume: machine.files,
    images: Object.values(release.images),
    imageArchive: release.imageArchive,
  };
  const known: Known = { tick: null, doing: 'starting', storage: 'absent', polledAtMs: 0 };
  // glusterd makes a brick's directory, but not the one above it.
  await machine.local.directory(dirname(paths.brick), { mode: 0o755, uid: 0, gid: 0 });
  await tuneGlusterd(machine.local, machine.units);
  const server = await serveHttp(routes(machine, release, known), agentPort);
  await notifySystemd('READY=1');
  const watchdog = setInterval(() => void notifySystemd('WATCHDOG=1').catch(log.error), watchdogMs);
  log.info({ release: release.release }, 'agent started');
  await runLoop({
    ports,
    store: localStore(machine.local),
    clock: machine.clock,
    stopped: () => signal.aborted,
    seen: (tick, doing) => {
      if (doing !== known.doing) log[tick.error === null ? 'info' : 'warn'](doing);
      Object.assign(known, { tick, doing });
      refreshStorage(ports, known, log);
    },
  });
  clearInterval(watchdog);
  server.close();
}

/** glusterd is asked beside the loop: its commands may wait for other nodes' transactions. */
function refreshStorage(ports: NodePorts, known: Known, log: Logger): void {
  const now = ports.clock.now();
  const due =
    known.storage === 'ok' || known.storage === 'client' ? storagePollMs : storagePollMs / 6;
  if (known.tick === null || now - known.polledAtMs < due) return;
  known.polledAtMs = now;
  pollStorage(ports, known.tick.view).then(
    (storage) => {
      if (storage !== known.storage) log.info({ storage }, 'storage');
      known.storage = storage;
    },
    (error: unknown) => {
      known.storage = 'down';
      log.warn({ error: String(error) }, 'storage not polled');
    },
  );
}

function routes(machine: Machine, release: InstalledRelease, known: Known): Routes {
  const status = async (): Promise<NodeStatus | null> => statusNow(machine, release, known);
  return {
    '/facts': async () => ({ status: 200, body: await collectFacts(machine, release.release) }),
    '/status': async () => {
      const body = await status();
      return body === null ? { status: 503, body: { doing: known.doing } } : { status: 200, body };
    },
    '/live': () => ({ status: 200, body: { live: true } }),
    '/ready': async () => {
      const now = await status();
      const ready = now?.serving.ready === true;
      return {
        status: ready ? 200 : 503,
        body: { ready, problems: now?.stopped ? [stopped] : (now?.problems ?? [known.doing]) },
      };
    },
  };
}

async function statusNow(
  machine: Machine,
  release: InstalledRelease,
  { tick, doing, storage }: Known,
): Promise<NodeStatus | null> {
  if (tick === null) return null;
  const { view } = tick;
  const settings = view.memory.settings;
  const self = ownAddress(settings?.nodes ?? [], view.addresses);
  const serves = (view.memory.serving?.spec.containers.length ?? 0) > 0 && settings !== null;
  const [content, krillAnswers, containers] = await Promise.all([
    serves ? lookAtContent(machine, settings) : nothingServed,
    self === null ? false : tcpAnswers(self, krillPort),
    allContainers(machine),
  ]);
  return nodeStatus({
    release: release.release,
    view: { ...view, containers },
    storage,
    content,
    krillAnswers,
    doing,
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

async function lookAtContent(machine: Machine, settings: ClusterSettings): Promise<ServedContent> {
  if (settings.krill.mode === 'third-party') return servedFrontDoor();
  return servedContent(settings.domains.rrdp, await trusted(machine));
}

/** Who may have signed what NGINX shows here: our authority, or, being given, the certificate itself. */
async function trusted({ local }: Machine): Promise<string | null> {
  const files = ['authority.pem', 'server.pem'];
  const found = await Promise.all(files.map((name) => local.read(`${paths.serving}/tls/${name}`)));
  const known = found.filter((text) => text !== null);
  return known.length === 0 ? null : known.join('\n');
}
