import { dirname } from 'node:path';
import { agentPort, type IpFamily, krillUid, paths } from '@krillmanager/core';
import { migrateConnections, notifySystemd, tuneGlusterd } from '@krillmanager/host';
import type { Logger } from 'pino';
import { agentRoutes } from './agent-routes.ts';
import { CertificateKeeper } from './certificates/certificate-keeper.ts';
import { ClusterLink, type LinkPorts } from './cluster/cluster-link.ts';
import { monotonicMs } from './cluster/monotonic.ts';
import { feedWatchdog } from './feed-watchdog.ts';
import { FirewallKeeper } from './firewall/firewall-keeper.ts';
import { httpAgents } from './http/agents-client.ts';
import { type ContextOf, keptContext } from './http/kept-context.ts';
import { serveHttp } from './http/serve.ts';
import type { InstalledRelease } from './installed-release.ts';
import { logsRoute } from './logs/logs-route.ts';
import type { Machine } from './machine.ts';
import { keepMemorySmall } from './memory-keeper.ts';
import { Attention } from './node/attention.ts';
import { RemovalWatch } from './node/is-removed.ts';
import { localStore } from './node/local-store.ts';
import { type FailedLook, runLoop, type Tick } from './node/loop.ts';
import { LoopWatch } from './node/loop-watch.ts';
import type { NodePorts } from './node/node-ports.ts';
import { statusNow } from './node/status-now.ts';
import { StorageWatch } from './node/storage-watch.ts';

/** What the agent knows between two looks. */
interface Known {
  /** The last that saw something. */
  tick: Tick | null;
  /** Why nothing is seen now. */
  blind: string | null;
  doing: string;
  recruitedOver: IpFamily | null;
}

/** What does its part beside the loop, told of every look at the node. */
interface Parts {
  readonly link: ClusterLink;
  readonly storage: StorageWatch;
  readonly certificates: CertificateKeeper;
  readonly firewall: FirewallKeeper;
  /** For the looks at what NGINX serves here. */
  readonly contextOf: ContextOf;
}

/** The daemon on every node; ends when the signal is aborted. */
export async function runAgent(
  machine: Machine,
  release: InstalledRelease,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const known: Known = { tick: null, blind: null, doing: 'starting', recruitedOver: null };
  const attention = new Attention();
  const ports = agentPorts(machine, release, known);
  await prepareHost(machine, log);
  const parts = openParts(machine, ports, log);
  const status = async () => found(known, parts, release, machine);
  const server = await serveHttp(
    agentRoutes({
      machine,
      release: release.release,
      attention,
      status,
      doing: () => known.doing,
      recruited: (over) => {
        known.recruitedOver = over ?? known.recruitedOver;
      },
      heartbeats: () => parts.link.seen,
    }),
    agentPort,
  );
  await notifySystemd('READY=1');
  const watch = new LoopWatch(monotonicMs);
  const endFeeding = feedWatchdog(watch, log);
  const endKeeping = keepMemorySmall();
  log.info({ release: release.release }, 'agent started');
  await runLoop({
    ports,
    store: localStore(machine.local),
    clock: machine.clock,
    attention,
    stopped: () => signal.aborted,
    moved: () => watch.moved(),
    seen: (done, doing) => {
      if (doing !== known.doing) log[done.error === null ? 'info' : 'warn'](doing);
      learn(known, done, doing);
      if (done.view !== null) lookOn(parts, done);
    },
  });
  endFeeding();
  endKeeping();
  parts.link.close();
  server.close();
}

function learn(known: Known, done: Tick | FailedLook, doing: string): void {
  known.doing = doing;
  known.blind = done.view === null ? doing : null;
  if (done.view !== null) known.tick = done;
}

const agentPorts = (
  machine: Machine,
  release: InstalledRelease,
  known: Readonly<Known>,
): NodePorts & LinkPorts => ({
  ...machine,
  recruitedOver: () => known.recruitedOver,
  removal: new RemovalWatch(httpAgents(), machine.clock),
  volume: machine.files,
  images: Object.values(release.images),
  imageArchive: release.imageArchive,
});

async function prepareHost({ local, units }: Machine, log: Logger): Promise<void> {
  const roots = { mode: 0o755, uid: 0, gid: 0 };
  // glusterd makes a brick's directory, but not the one above it.
  await local.directory(dirname(paths.brick), roots);
  await local.directory(paths.supervisor, { mode: 0o755, uid: krillUid, gid: krillUid });
  await local.directory(paths.heartbeats, roots);
  await tuneGlusterd(local, units);
  const migrates = await migrateConnections().catch((error: unknown) => String(error));
  if (migrates !== true) log.warn({ migrates }, 'a replaced NGINX or rsyncd may reset connections');
}

function openParts(machine: Machine, ports: NodePorts & LinkPorts, log: Logger): Parts {
  const say = (line: string) => log.info(line);
  return {
    link: new ClusterLink(ports, { '/logs': logsRoute(machine) }, log),
    storage: new StorageWatch(ports, log),
    certificates: new CertificateKeeper(machine, say),
    firewall: new FirewallKeeper(machine.local, machine.clock, say),
    contextOf: keptContext(),
  };
}

function lookOn({ link, storage, certificates, firewall }: Parts, { view }: Tick): void {
  // Before there are heartbeats it is the Swarm's leader.
  storage.look(view, link.sight === null ? view.swarm?.leader === true : link.polls);
  void certificates.look(view);
  void firewall.look(view);
  void link.look(view);
}

function found(
  { tick, blind, doing }: Known,
  { storage, certificates, firewall, contextOf }: Parts,
  { release }: InstalledRelease,
  machine: Machine,
) {
  if (tick === null) return null;
  const problems = [blind, certificates.problem, firewall.problem].filter(
    (problem) => problem !== null,
  );
  const health = storage.health;
  return statusNow(machine, { release, tick, doing, storage: health, problems, contextOf });
}
