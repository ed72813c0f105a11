import { type Ip, isIp, parseIp } from '../model/ip.ts';
import type { NodeFacts } from '../model/node-facts.ts';
import type { MemberRecord, Observed, VolumeContents } from '../model/observed.ts';
import { Secret } from '../model/secret.ts';
import type { VolumeState } from '../model/storage.ts';
import { inNoSwarm, type SwarmMembership } from '../model/swarm.ts';
import { onVolume, volumeName } from '../paths.ts';
import { leavingNodes } from '../plan/leaving.ts';
import { readKrillState } from '../plan/steps/krill.ts';
import { agentUnit, patienceMs } from '../policy.ts';
import type { Ports } from '../ports/ports.ts';

const askAgainMs = 1000;

export interface Observation {
  readonly ports: Ports;
  readonly self: Ip;
  readonly nodes: readonly Ip[];
  /** This machine's facts, which it need not ask its agent for. */
  readonly ownFacts: () => Promise<NodeFacts>;
}

/** Looks at everything that the planner decides by; changes nothing. */
export async function observe({ ports, self, nodes, ownFacts }: Observation): Promise<Observed> {
  const { swarm, pool, units, names, agents, clock } = ports;
  const [belonging, seen, found, agentEnabled, named, peers, volume] = await Promise.all([
    // With Docker down there are other findings to be told in the same breath.
    swarm.membership().catch(() => null),
    lookIfMounted(ports, nodes),
    ownFacts(),
    units.isActive(agentUnit),
    names.named(),
    pool.peers(),
    pool.volume(volumeName),
  ]);
  const before = belonging ?? unknownMembership;
  // It may have come back between the two questions: what follows must not go by half an answer.
  const facts = belonging === null ? { ...found, docker: null } : found;
  const manager = before.state === 'active' && before.manager;
  const known = presentNodes(seen.contents);
  const leaving = leavingNodes({ contents: seen.contents, peers }, { nodes });
  const everybody = [...new Set([...nodes, ...known, ...leaving])];
  const others = everybody.filter((ip) => ip !== self);
  const [met, status, online, swarmNodes, services] = await Promise.all([
    meet(others, { known, leaving }, ports),
    answers(everybody, agents.status),
    onlineBricks(volume, ports),
    manager ? swarm.nodes() : [],
    manager ? swarm.services() : [],
  ]);
  // Whoever answered for the nodes may have waited for a leader, of which less was known before.
  const hasLeaderNow = manager && before.problem !== null;
  const membership = hasLeaderNow ? await swarm.membership() : before;
  return {
    self,
    nowMs: clock.now(),
    facts: new Map([[self, facts], ...met.map((each) => [each.ip, each.facts] as const)]),
    skewMs: new Map(met.map(({ ip, skewMs }) => [ip, skewMs])),
    status: new Map(status),
    ...{ agentEnabled, named, swarm: membership, swarmNodes, services, peers, volume, online },
    ...seen,
  };
}

const unknownMembership: SwarmMembership = { ...inNoSwarm, problem: 'Docker does not answer' };

async function lookIfMounted(
  ports: Ports,
  nodes: readonly Ip[],
): Promise<Pick<Observed, 'mounted' | 'contents'>> {
  const { mounted, answering } = await ports.mount.state();
  const readable = mounted && answering;
  return { mounted: readable, contents: readable ? await look(ports, nodes) : null };
}

/** Those that the volume knows of, whether they are wanted or not. */
const presentNodes = (contents: VolumeContents | null): readonly Ip[] => [
  ...(contents?.settings?.nodes ?? []),
  ...(contents?.members.keys() ?? []),
];

/** Not to know is no failure of those who need not know; what would take a copy away is refused then. */
async function onlineBricks(volume: VolumeState | null, { pool }: Ports) {
  return volume?.status === 'started' ? pool.onlineBricks(volume.name).catch(() => null) : null;
}

interface Acquaintance {
  readonly known: readonly Ip[];
  readonly leaving: readonly Ip[];
}

/** A clock is compared when its node answers: another node may let us wait. */
async function meet(
  nodes: readonly Ip[],
  { known, leaving }: Acquaintance,
  { agents, clock }: Ports,
) {
  const asked = nodes.map(async (ip) => {
    // One that leaves and is silent is taken out by force, and keeps all that it has of the cluster.
    const leaves = leaving.includes(ip);
    const withinMs = leaves ? patienceMs.lastWord : undefined;
    let facts = await agents.facts(ip, withinMs);
    // A member may be down; a server that is new must have been looked at, however busy it is.
    const matters = leaves || !known.includes(ip);
    for (let again = 2; again > 0 && facts === null && matters; again -= 1) {
      // Its agent may be starting.
      if (leaves) await clock.sleep(askAgainMs);
      facts = await agents.facts(ip, withinMs);
    }
    return facts === null ? [] : [{ ip, facts, skewMs: facts.clockMs - clock.now() }];
  });
  return (await Promise.all(asked)).flat();
}

async function answers<T>(
  nodes: readonly Ip[],
  ask: (ip: Ip) => Promise<T | null>,
): Promise<readonly (readonly [Ip, T])[]> {
  const asked = await Promise.all(nodes.map(async (ip) => [ip, await ask(ip)] as const));
  return asked.flatMap(([ip, answer]) => (answer === null ? [] : [[ip, answer] as const]));
}

async function look(ports: Ports, nodes: readonly Ip[]): Promise<VolumeContents> {
  const { files, certificates } = ports;
  const json = async <T>(path: string): Promise<T | null> => {
    const text = await files.read(path);
    return text === null ? null : (JSON.parse(text) as T);
  };
  const certificate = await files.read(onVolume.certificate);
  // Also of nodes that nobody names any more: a removal may have died before it forgot them.
  const listed = (await files.list(onVolume.nodes)).filter(isIp).map(parseIp);
  const recorded = [...new Set([...nodes, ...listed])];
  const token = await files.read(onVolume.krillToken);
  const wanted = await each(nodes, (ip) => json<{ hash: string }>(onVolume.wanted(ip)));
  return {
    cluster: await json(onVolume.cluster),
    settings: await json(onVolume.settings),
    members: await each(recorded, (ip) => json<MemberRecord>(onVolume.member(ip))),
    wanted: new Map([...wanted].map(([ip, { hash }]) => [ip, hash])),
    // Also what a write that died left half-done: it may hold a token.
    joinOpen: (await files.list(onVolume.join)).length > 0,
    certificate:
      certificate === null
        ? null
        : { pem: certificate, ...(await certificates.inspect(certificate)) },
    krill: {
      // Before the state: a permit that is used up in between must not look like one never given.
      permit: (await files.read(onVolume.krillPermit)) !== null,
      state: await readKrillState(ports),
      prepared: (await files.read(onVolume.krillSentinel)) !== null,
      token: token === null ? null : new Secret(token.trim()),
    },
  };
}

async function each<T>(
  nodes: readonly Ip[],
  read: (ip: Ip) => Promise<T | null>,
): Promise<ReadonlyMap<Ip, T>> {
  return new Map(await answers(nodes, read));
}
