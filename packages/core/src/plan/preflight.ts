import type { Desired } from '../model/desired.ts';
import { hostName, type Ip, ipOfHost } from '../model/ip.ts';
import type { NodeFacts } from '../model/node-facts.ts';
import type { Observed } from '../model/observed.ts';
import { isPeer } from '../model/storage.ts';
import { UserError } from '../model/user-error.ts';
import { krillPort, paths } from '../paths.ts';
import { checkRemoval } from './check-removal.ts';

const clockSkewMs = 2000;
const oldestDocker = [20, 10] as const;
const leastFreeBytes = 2 * 1024 ** 3;

/** Everything that would make the plan fail half-way, on all nodes, each with a remedy. */
export function preflight(observed: Observed, desired: Desired): readonly UserError[] {
  const worker = checkManager(observed);
  if (worker.length > 0) return worker;
  const nodes = desired.nodes.flatMap((ip) => {
    const facts = observed.facts.get(ip);
    return facts === undefined ? checkKnown(ip, observed) : checkNode(ip, facts, observed, desired);
  });
  return [...checkArbiter(observed, desired), ...checkRemoval(observed, desired), ...nodes];
}

/** A member may be down. A server that is new must be looked at before it is taken in. */
function checkKnown(ip: Ip, { peers }: Observed): UserError[] {
  if (peers.some((peer) => isPeer(peer, ip))) return [];
  return [
    new UserError(`the agent of ${ip} does not answer`, {
      hint: `run "krillmanager --slave=1 init" there, and see that port 9655 is open to this server`,
    }),
  ];
}

/** GlusterFS neither makes an arbiter of a copy nor a copy of an arbiter while others depend on it. */
function checkArbiter({ volume: found }: Observed, { nodes, volume }: Desired): UserError[] {
  if (found === null) return [];
  const has = found.arbiter === true;
  if (has !== (volume.arbiter === true)) {
    const [is, wanted] = has ? ['has an', 'without one'] : ['has no', 'with one'];
    return [
      new UserError(`the volume ${is} arbiter, and is wanted ${wanted}`, {
        hint: 'that is decided when the cluster is formed: set storage.arbiter as it was',
      }),
    ];
  }
  const staying = nodes.map(hostName);
  const gone = found.bricks.filter(({ host }) => has && !staying.includes(host));
  return gone.map(
    ({ host }) =>
      new UserError(`${ipOfHost(host) ?? host} holds a part of a volume with an arbiter`, {
        hint: 'such a volume cannot be moved: keep the node, or form the cluster anew without storage.arbiter',
      }),
  );
}

/** A worker is told nothing of its Swarm: whatever it plans would be wrong. */
function checkManager({ self, swarm }: Observed): UserError[] {
  if (swarm.state !== 'active' || swarm.manager) return [];
  return [
    new UserError(`this server, ${self}, is a worker of its Docker Swarm`, {
      hint: 'run the command on a manager: "krillmanager status" names them',
    }),
  ];
}

function checkNode(ip: Ip, facts: NodeFacts, observed: Observed, desired: Desired): UserError[] {
  return [
    ...checkRelease(ip, facts, desired),
    ...checkDocker(ip, facts),
    ...checkGluster(ip, facts, observed, desired),
    ...checkBelonging(ip, facts, observed),
    ...checkMachine(ip, facts, observed),
    ...checkPorts(ip, facts, desired),
  ];
}

function checkRelease(ip: Ip, facts: NodeFacts, { release }: Desired): UserError[] {
  if (facts.release === release.release) return [];
  return [
    new UserError(`${ip} has release ${facts.release} installed, this server ${release.release}`, {
      hint: 'install the same package on both',
    }),
  ];
}

function checkDocker(ip: Ip, { docker }: NodeFacts): UserError[] {
  if (docker === null) {
    return [
      new UserError(`Docker does not answer on ${ip}`, {
        hint: `run "systemctl start docker" there`,
      }),
    ];
  }
  const found: UserError[] = [];
  const [major = 0, minor = 0] = docker.version.split('.').map(Number);
  if (major < oldestDocker[0] || (major === oldestDocker[0] && minor < oldestDocker[1])) {
    found.push(
      new UserError(`Docker ${docker.version} on ${ip} is too old`, {
        hint: `install ${oldestDocker.join('.')} or later`,
      }),
    );
  }
  const refused = [
    ['live-restore', docker.liveRestore, 'Swarm does not work with it: set "live-restore": false'],
    ['rootless mode', docker.rootless, 'run the system-wide daemon'],
    [
      'the confinement of a snap',
      docker.rootDir.startsWith('/var/snap/'),
      'install the package docker.io or docker-ce instead',
    ],
    ['userns-remap', docker.usernsRemap, 'remove "userns-remap": host networking needs it off'],
  ] as const;
  for (const [what, on, hint] of refused) {
    if (on) found.push(new UserError(`Docker on ${ip} runs with ${what}`, { hint }));
  }
  return found;
}

function checkGluster(
  ip: Ip,
  facts: NodeFacts,
  observed: Observed,
  { self }: Desired,
): UserError[] {
  const { gluster } = facts;
  if (gluster === null) {
    return [
      new UserError(`glusterd does not answer on ${ip}`, {
        hint: `run "systemctl start glusterd" there`,
      }),
    ];
  }
  const mine = observed.facts.get(self)?.gluster?.version ?? gluster.version;
  if (majorOf(mine) !== majorOf(gluster.version)) {
    return [
      new UserError(`GlusterFS is ${gluster.version} on ${ip} and ${mine} here`, {
        hint: 'install the same major version on all nodes',
      }),
    ];
  }
  return [];
}

/** A server that belongs to somebody else is never taken over. */
function checkBelonging(ip: Ip, facts: NodeFacts, observed: Observed): UserError[] {
  const hint = `run "krillmanager leave" on ${ip}, or choose another server`;
  const found: UserError[] = [];
  // A volume that is there but not mounted cannot say whose it is.
  const told = observed.mounted || observed.volume === null;
  const ours = observed.contents?.cluster?.id;
  if (facts.cluster !== null && facts.cluster.id !== ours && told) {
    found.push(new UserError(`${ip} belongs to cluster ${facts.cluster.id}`, { hint }));
  }
  if (isElsewhere(ip, facts, observed)) {
    found.push(new UserError(`${ip} is a member of another Docker Swarm`, { hint }));
  }
  const pooled = facts.gluster !== null && facts.gluster.peers.length > 0;
  if (pooled && ip !== observed.self && !observed.peers.some((peer) => isPeer(peer, ip))) {
    found.push(new UserError(`${ip} belongs to another storage pool`, { hint }));
  }
  if (['foreign', 'used'].includes(facts.brick) && observed.volume === null) {
    found.push(
      new UserError(`${paths.brick} on ${ip} is not empty`, {
        hint: 'it may hold data of an earlier cluster: look, move it away, run again',
      }),
    );
  }
  return found;
}

/** A worker does not know its Swarm's name; but ours knows its workers. */
function isElsewhere(ip: Ip, { swarm }: NodeFacts, observed: Observed): boolean {
  // Without an answer of our own Docker nothing can be compared.
  const told = observed.facts.get(observed.self)?.docker !== null;
  if (ip === observed.self || !told) return false;
  if (swarm.clusterId !== null) return swarm.clusterId !== observed.swarm.clusterId;
  const recorded = observed.contents?.members.get(ip)?.swarmNodeId;
  const known = observed.swarmNodes.some(({ id, address }) => id === recorded || address === ip);
  return swarm.state === 'active' && !known;
}

function checkMachine(ip: Ip, facts: NodeFacts, observed: Observed): UserError[] {
  const found: UserError[] = [];
  if (facts.disk.freeBytes < leastFreeBytes) {
    found.push(
      new UserError(`${ip} has only ${Math.round(facts.disk.freeBytes / 2 ** 20)} MiB free`, {
        hint: 'free at least 2 GiB below /var/lib',
      }),
    );
  }
  const skewMs = Math.abs(observed.skewMs.get(ip) ?? 0);
  if (skewMs > clockSkewMs) {
    found.push(
      new UserError(`the clock of ${ip} is ${Math.round(skewMs / 1000)} s apart from ours`, {
        hint: 'set up time synchronisation (systemd-timesyncd or chrony) on both',
      }),
    );
  }
  return found;
}

function checkPorts(ip: Ip, { takenPorts }: NodeFacts, { settings }: Desired): UserError[] {
  const needed = [...Object.values(settings.ports), krillPort];
  const taken = needed.filter((port) => takenPorts.includes(port));
  if (taken.length === 0) return [];
  return [
    new UserError(`another program listens on port ${taken.join(', ')} of ${ip}`, {
      hint: `find it with "ss -ltnp" there and stop it, or choose another: "ports" in the configuration`,
    }),
  ];
}

const majorOf = (version: string): string => version.split('.')[0] ?? '';
