import {
  type ContainerSpec,
  type ContainerState,
  familyOf,
  type Ip,
  type IpFamily,
  ipOfHost,
  isPeer,
  isRetired,
  isSuccessor,
  specHash,
  successor,
} from '@krillmanager/core';
import type { Action } from './action.ts';
import { hasFailed } from './attempts.ts';
import type { View } from './view.ts';

/**
 * What this node does next. Serving comes first and asks nobody: it needs the local disk and the
 * local dockerd only. Then the table of joining, from the volume's existence to the member's record.
 */
export function nextAction(view: View): Action {
  return nextDeparture(view) ?? nextStay(view);
}

function nextStay(view: View): Action {
  const member = nextMembership(view);
  // It may correct a specification that cannot be served.
  if (member.do === 'adopt' && !hasFailed(member, view.tried)) return member;
  return nextServing(view) ?? member;
}

/** Removed by the master: everything goes, and nothing comes back while the old pool still lists us. */
function nextDeparture({ memory, volume, pool, removed }: View): Action | null {
  if (memory.left !== null) {
    if (pool === null || pool.peers.length > 0) {
      return { do: 'wait', for: 'the storage pool to let this node go' };
    }
    return { do: 'forget' };
  }
  const cluster = memory.cluster?.id;
  const evicted = volume?.evicted === true && volume.cluster?.id === cluster;
  return (evicted || removed) && cluster !== undefined ? { do: 'leave', cluster } : null;
}

function nextServing(view: View): Action | null {
  const { containers, missingImages, tried } = view;
  if (containers === null) return null;
  // Krill's too: Swarm may want it here as soon as we are a member.
  if (missingImages.length > 0) return { do: 'loadImages', missing: missingImages };
  return [...servingActions(view)].find((action) => !hasFailed(action, tried)) ?? null;
}

/** All that is due, in this order: a part that cannot be served keeps no other from its turn. */
function* servingActions(view: View): Generator<Action> {
  const { memory, files } = view;
  if (memory.serving === null) return;
  if (files.changes.length > 0) yield { do: 'writeFiles', changes: files.changes };
  // What starts now reads them.
  if (files.changes.length > 0 || files.missing.length > 0) return;
  yield* containerActions(view, memory.serving.spec.containers);
}

function* containerActions(view: View, wanted: readonly ContainerSpec[]): Generator<Action> {
  const { memory, files, mount } = view;
  const containers = view.containers ?? [];
  for (const container of wanted) {
    // Its source lies on the volume. Docker refuses to bind what does not answer, as when the
    // volume's client has died; to mount it anew comes later in the table.
    if (container.name === 'krillsync' && !(mount.mounted && mount.answering)) continue;
    const found = containers.find((each) => serves(each, container));
    if (found === undefined) {
      yield { do: 'serve', container };
    } else {
      const because = whyRestart(found, view);
      if (because !== null) yield { do: 'restart', name: container.name, because };
    }
  }
  const unserved = wanted
    .filter((container) => !containers.some((found) => serves(found, container)))
    .map(({ name }) => successor(name));
  const nginx = wanted.find(({ name }) => name === 'nginx');
  if (memory.loaded !== files.hash && containers.some((each) => nginx && serves(each, nginx))) {
    yield { do: 'reload', hash: files.hash };
  }
  const ended = containers.filter(({ name, running }) => isRetired(name) && !running);
  const extra = containers.filter(
    ({ name }) => isStack(name) && !wanted.some((container) => container.name === name),
  );
  // One whose agent died before it took its place; while it is wanted, `serve` goes on with it.
  const stray = containers.filter(({ name }) => isSuccessor(name) && !unserved.includes(name));
  for (const { name } of [...ended, ...extra, ...stray]) yield { do: 'dismiss', name };
}

const serves = (found: ContainerState, wanted: ContainerSpec): boolean =>
  found.name === wanted.name && found.running && found.specHash === specHash(wanted);

/** Two clocks are compared, of which one may have been set since: never a restart after the other. */
const restartEveryMs = 60_000;
/** A part that was started just now may still become healthy by itself. */
const illAfterMs = 120_000;
/** What a restart does not heal, another one at once does not heal either. */
const healEveryMs = 600_000;

/** Docker restarts what ends. What runs and does not work it only calls unhealthy. */
function whyRestart(found: ContainerState, { mount, tried, nowMs }: View): string | null {
  const { name, health, illness, startedAtMs } = found;
  const since = (agoMs: Readonly<Record<string, number>>) =>
    agoMs[name] ?? Number.POSITIVE_INFINITY;
  const old = since(tried.startedAgoMs) >= restartEveryMs;
  if (name === 'krillsync' && startedAtMs < mount.sinceMs && old) {
    return 'the volume was mounted after its start';
  }
  // A start in the future: the clock was set back since then, nobody knows how long ago.
  const young = startedAtMs <= nowMs && nowMs - startedAtMs <= illAfterMs;
  const tended = since(tried.restartedAgoMs) < healEveryMs;
  if (health !== 'unhealthy' || young || tended) return null;
  return illness === null ? 'it is unhealthy' : `it is unhealthy: ${illness}`;
}

/** Any other container of ours is a command under way, such as krillc. */
export const isStack = (name: string): boolean => ['nginx', 'rsyncd', 'krillsync'].includes(name);

function nextMembership(view: View): Action {
  const { mount, volume, memory, pool } = view;
  const stranger = refuseStranger(view);
  if (stranger !== null) return stranger;
  const family = wantedFamily(view);
  if (family !== null && family !== view.family) return { do: 'speak', family };
  const unnamed = unnamedNodes(view);
  if (unnamed.length > 0) return { do: 'assignNames', nodes: unnamed };
  if (!mount.mounted || !mount.answering) {
    if (pool === null) return { do: 'wait', for: 'glusterd to answer' };
    if (!pool.volumeExists) return { do: 'wait', for: 'the master to create the volume' };
    if (!pool.volumeStarted) return { do: 'wait', for: 'the master to start the volume' };
    return { do: 'mount' };
  }
  if (volume === null) return { do: 'wait', for: volumeAwaited(view) };
  if (volume.cluster === null) return { do: 'wait', for: 'the master to found the cluster' };
  if (memory.cluster !== null && memory.cluster.id !== volume.cluster.id) {
    return {
      do: 'refuse',
      because: `the volume belongs to cluster ${volume.cluster.id}, this node to ${memory.cluster.id}`,
    };
  }
  return awaitSeal(view) ?? nextInCluster(view);
}

const volumeAwaited = ({ volumeProblem }: View): string =>
  volumeProblem === null ? 'the volume to answer' : `the volume to answer: ${volumeProblem}`;

/** A pool without the master that we were told to wait for is somebody else's. */
function refuseStranger({ recruit, pool, memory }: View): Action | null {
  const master = recruit?.master ?? null;
  if (memory.cluster !== null || master === null || pool === null) return null;
  if (pool.peers.length === 0 || pool.peers.some((peer) => isPeer(peer, master))) return null;
  const others = pool.peers.flatMap(({ hosts }) => hosts.slice(0, 1));
  const because = `${others.join(', ')} took this server into a storage pool, not the master ${master}`;
  return { do: 'refuse', because };
}

/** Nothing of a cluster is believed, and its token not used, before it has proved itself. */
function awaitSeal({ recruit, volume, swarm, memory }: View): Action | null {
  if (recruit === null || (swarm !== null && swarm.state !== 'inactive')) return null;
  // It has proved itself when this node became a member; one that asks to come back knows it.
  if (memory.serving !== null) return null;
  const { master, seal } = recruit;
  if (seal === 'wrong') {
    return { do: 'refuse', because: 'the master does not know our join secret' };
  }
  if (seal === 'missing') {
    return { do: 'wait', for: 'the master to prove itself: init --join-secret-file' };
  }
  const managers = volume?.join?.managers ?? [];
  if (master === null || managers.length === 0 || managers.includes(master)) return null;
  return {
    do: 'refuse',
    because: `the managers are ${managers.join(', ')}, the master awaited is ${master}`,
  };
}

function nextInCluster({ memory, volume, swarm, addresses }: View): Action {
  if (volume?.cluster == null) return { do: 'rest' };
  if (volume.settings === null) return { do: 'wait', for: 'the master to publish the settings' };
  if (differs(memory.cluster, volume.cluster) || differs(memory.settings, volume.settings)) {
    return { do: 'remember', cluster: volume.cluster, settings: volume.settings };
  }
  const self = ownAddress(volume.settings.nodes, addresses);
  if (self === null)
    return { do: 'refuse', because: 'none of our addresses is in the list of nodes' };
  if (swarm === null) return { do: 'wait', for: 'Docker to answer' };
  if (swarm.state === 'inactive' || swarm.state === 'error') {
    if (volume.join === null) {
      // It was a member, so nobody runs `init` for it.
      const ask = volume.member !== null && !volume.asked;
      return ask ? { do: 'askToJoin', as: self } : { do: 'wait', for: 'a join token' };
    }
    return { do: 'join', as: self, material: volume.join };
  }
  if (swarm.nodeId === null) return { do: 'wait', for: 'the Swarm to answer' };
  if (volume.member?.swarmNodeId !== swarm.nodeId) {
    return { do: 'record', member: { ip: self, swarmNodeId: swarm.nodeId } };
  }
  if (volume.wanted === null) return { do: 'wait', for: 'the master to assign the serving stack' };
  if (memory.serving?.hash !== volume.wanted.hash) return { do: 'adopt', wanted: volume.wanted };
  return { do: 'rest' };
}

/** A member's is that of its address; one that nobody has taken in yet follows who looks at it. */
function wantedFamily({ memory, addresses, pool, recruitedOver }: View): IpFamily | null {
  const self = ownAddress(memory.settings?.nodes ?? [], addresses);
  if (self !== null) return familyOf(self);
  const alone = pool !== null && pool.peers.length === 0 && !pool.volumeExists;
  return alone ? recruitedOver : null;
}

/** The nodes of the cluster; before they are known, the peers of the pool and our own addresses. */
function unnamedNodes({ pool, addresses, named, memory }: View): readonly Ip[] {
  const peers = (pool?.peers ?? []).flatMap(({ hosts }) => hosts.map(ipOfHost));
  const met = peers.filter((ip) => ip !== null);
  const before = met.length > 0 ? [...met, ...addresses] : [];
  const nodes = memory.settings?.nodes ?? [];
  // A cluster that is about to take us in knows us by the pool first, and by its settings later.
  const wanted = ownAddress(nodes, addresses) === null ? [...nodes, ...before] : nodes;
  const all = [...new Set([...named, ...wanted])].sort();
  return all.length === named.length ? [] : all;
}

export const ownAddress = (nodes: readonly Ip[], addresses: readonly Ip[]): Ip | null =>
  nodes.find((ip) => addresses.includes(ip)) ?? null;

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
