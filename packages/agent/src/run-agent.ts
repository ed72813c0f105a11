import { dirname } from 'node:path';
import {
  agentPort,
  type ClusterSettings,
  type IpFamily,
  krillPort,
  krillUid,
  type NodeStatus,
  paths,
  type StorageHealth,
  usualSettings,
} from '@krillmanager/core';
import { migrateConnections, notifySystemd, tuneGlusterd } from '@krillmanager/host';
import type { Logger } from 'pino';
import { CertificateKeeper } from './certificates/certificate-keeper.ts';
import { ClusterLink, type LinkPorts } from './cluster/cluster-link.ts';
import { collectFacts } from './collect-facts.ts';
import { FirewallKeeper } from './firewall/firewall-keeper.ts';
import { httpAgents } from './http/agents-client.ts';
import { type Routes, serveHttp } from './http/serve.ts';
import type { InstalledRelease } from './installed-release.ts';
import { logsRoute } from './logs/logs-route.ts';
import type { Machine } from './machine.ts';
import { keepMemorySmall } from './memory-keeper.ts';
import { Attention } from './node/attention.ts';
import { RemovalWatch } from './node/is-removed.ts';
import { localStore } from './node/local-store.ts';
import { runLoop, type Tick } from './node/loop.ts';
import { ownAddress } from './node/next-action.ts';
import type { NodePorts } from './node/node-ports.ts';
import { nodeStatus } from './node/node-status.ts';
import { pollStorage, storagePollMs } from './node/poll-storage.ts';
import { readHeldUpdate } from './node/read-held-update.ts';
import { readKrillRefusal } from './node/read-krill-refusal.ts';
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
  whole: boolean;
  polledAtMs: number;
  recruitedOver: IpFamily | null;
  readonly certificates: CertificateKeeper;
  readonly firewall: FirewallKeeper;
  readonly attention: Attention;
}

/** The daemon on every node; ends when the signal is aborted. */
export async function runAgent(
  machine: Machine,
  release: InstalledRelease,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const known: Known = {
    tick: null,
    doing: 'starting',
    storage: 'absent',
    whole: false,
    polledAtMs: 0,
    recruitedOver: null,
    certificates: new CertificateKeeper(machine, (line) => log.info(line)),
    firewall: new FirewallKeeper(machine.local, machine.clock, (line) => log.info(line)),
    attention: new Attention(),
  };
  const ports: NodePorts & LinkPorts = {
    ...machine,
    recruitedOver: () => known.recruitedOver,
    removal: new RemovalWatch(httpAgents(), machine.clock),
    volume: machine.files,
    images: Object.values(release.images),
    imageArchive: release.imageArchive,
  };
  // glusterd makes a brick's directory, but not the one above it.
  await machine.local.directory(dirname(paths.brick), { mode: 0o755, uid: 0, gid: 0 });
  const krills = { mode: 0o755, uid: krillUid, gid: krillUid };
  await machine.local.directory(paths.supervisor, krills);
  await machine.local.directory(paths.heartbeats, { mode: 0o755, uid: 0, gid: 0 });
  await tuneGlusterd(machine.local, machine.units);
  const link = new ClusterLink(ports, { '/logs': logsRoute(machine) }, log);
  const migrates = await migrateConnections().catch((error: unknown) => String(error));
  if (migrates !== true) log.warn({ migrates }, 'a replaced NGINX or rsyncd may reset connections');
  const heartbeats = () => ({ status: 200, body: link.seen });
  const server = await serveHttp(
    { ...routes(machine, release, known), '/heartbeats': heartbeats },
    agentPort,
  );
  await notifySystemd('READY=1');
  const unfed = (error: unknown) => log.error({ error: String(error) }, 'watchdog not fed');
  const watchdog = setInterval(() => void notifySystemd('WATCHDOG=1').catch(unfed), watchdogMs);
  const endKeeping = keepMemorySmall();
  log.info({ release: release.release }, 'agent started');
  await runLoop({
    ports,
    store: localStore(machine.local),
    clock: machine.clock,
    attention: known.attention,
    stopped: () => signal.aborted,
    seen: (tick, doing) => {
      if (doing !== known.doing) log[tick.error === null ? 'info' : 'warn'](doing);
      Object.assign(known, { tick, doing });
      // Before there are heartbeats it is the Swarm's leader.
      const polls = link.sight === null ? tick.view.swarm?.leader === true : link.polls;
      refreshStorage(ports, known, polls, log);
      void known.certificates.look(tick.view);
      void known.firewall.look(tick.view);
      void link.look(tick.view);
    },
  });
  clearInterval(watchdog);
  endKeeping();
  link.close();
  server.close();
}

/** glusterd is asked beside the loop: its commands may wait for other nodes' transactions. */
function refreshStorage(ports: NodePorts, known: Known, polls: boolean, log: Logger): void {
  const now = ports.clock.now();
  // A report is read more often than made, while not all is as it should be.
  const settled = polls ? known.storage !== 'absent' && known.storage !== 'down' : known.whole;
  const due = settled ? storagePollMs : storagePollMs / 6;
  if (known.tick === null || now - known.polledAtMs < due) return;
  known.polledAtMs = now;
  pollStorage(ports, known.tick.view, polls).then(
    ({ health, whole }) => {
      if (health !== known.storage) log.info({ storage: health }, 'storage');
      Object.assign(known, { storage: health, whole });
    },
    (error: unknown) => {
      Object.assign(known, { storage: 'down', whole: false });
      log.warn({ error: String(error) }, 'storage not polled');
    },
  );
}

function routes(machine: Machine, release: InstalledRelease, known: Known): Routes {
  const status = async (): Promise<NodeStatus | null> => statusNow(machine, release, known);
  const facts = async () => {
    known.attention.drawn();
    return { status: 200, body: await collectFacts(machine, release.release) };
  };
  return {
    '/facts': facts,
    '/recruit': (over) => {
      known.recruitedOver = over ?? known.recruitedOver;
      return facts();
    },
    '/status': async () => {
      known.attention.drawn();
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
  { tick, doing, storage, certificates, firewall }: Known,
): Promise<NodeStatus | null> {
  if (tick === null) return null;
  const { view } = tick;
  const settings = view.memory.settings;
  const self = ownAddress(settings?.nodes ?? [], view.addresses);
  const serves = (view.memory.serving?.spec.containers.length ?? 0) > 0 && settings !== null;
  const [content, krillAnswers, krillRefusal, held, containers] = await Promise.all([
    serves ? lookAtContent(machine, settings) : nothingServed,
    self === null ? false : tcpAnswers(self, krillPort),
    readKrillRefusal(machine.clock.now()),
    serves ? readHeldUpdate() : null,
    allContainers(machine),
  ]);
  return nodeStatus({
    release: release.release,
    view: { ...view, containers },
    storage,
    content,
    krillAnswers,
    krillRefusal,
    held,
    doing,
    problems: [certificates.problem, firewall.problem].filter((problem) => problem !== null),
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
  const { ports = usualSettings.ports } = settings;
  const { krill, domains } = settings;
  const authority = await trusted(machine);
  return krill.mode === 'third-party'
    ? servedFrontDoor(domains.krill, authority, ports)
    : servedContent(domains.rrdp, authority, ports);
}

/** Who may have signed what NGINX shows here: our authority, or, being given, the certificate itself. */
async function trusted({ local }: Machine): Promise<string | null> {
  const files = ['authority.pem', 'server.pem'];
  const found = await Promise.all(files.map((name) => local.read(`${paths.serving}/tls/${name}`)));
  const known = found.filter((text) => text !== null);
  return known.length === 0 ? null : known.join('\n');
}
