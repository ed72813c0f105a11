import {
  type Ip,
  type JoinMaterial,
  type MemberRecord,
  messageOf,
  onVolume,
  type VolumeFiles,
  volumeName,
} from '@krillmanager/core';
import { requestPath } from '../cluster/requests.ts';
import type { LocalStore } from './local-store.ts';
import { ownAddress } from './next-action.ts';
import type { NodePorts } from './node-ports.ts';
import { checkSeal, readTerms } from './recruitment.ts';
import { servingFiles } from './serving-files.ts';
import type { Memory, PoolView, RecruitView, View, VolumeView } from './view.ts';

/** All but what the agent knows of itself. */
export type NodeView = Omit<View, 'tried'>;

/**
 * Looks at everything once. What does not answer is null in the view.
 * @throws Error that names what of this machine itself could not be seen
 */
export async function observeNode(ports: NodePorts, store: LocalStore): Promise<NodeView> {
  const memory = await during('recalling what this node knows', store.recall());
  const mount = await during('looking at the mount', ports.mount.state());
  const addresses = ports.addresses();
  const swarm = await orNull(ports.swarm.membership());
  const out = swarm?.state === 'inactive' || swarm?.state === 'error';
  const looks = mount.mounted && mount.answering;
  const { volume, volumeProblem } = looks
    ? await seeVolume(ports, memory, out).then(seen, unseen)
    : seen(null);
  const reachable = volume === null ? null : ports.volume;
  const spec = memory.serving?.spec ?? null;
  const self = ownAddress(memory.settings?.nodes ?? [], addresses);
  const inactive = swarm?.state === 'inactive';
  const settled = volume !== null && self !== null && memory.left === null;
  return {
    nowMs: ports.clock.now(),
    memory,
    addresses,
    named: await during('reading the names of the nodes', ports.names.named()),
    recruit:
      memory.cluster === null || inactive
        ? await during('reading who may take this server in', seeTerms(ports, volume))
        : null,
    removed: volume === null && (await ports.removal.look(memory, self)),
    family: await during("reading glusterd's options", ports.glusterd.family()),
    recruitedOver: ports.recruitedOver(),
    // Asking glusterd costs a process: only while something depends on the answer.
    pool: settled ? null : await orNull(seePool(ports)),
    mount,
    volume,
    volumeProblem,
    swarm,
    containers: await orNull(ports.containers.list()),
    missingImages: (await orNull(ports.containers.missingImages(ports.images))) ?? [],
    files: await servingFiles(spec, ports.local, reachable).catch(() =>
      during('reading the files of the serving stack', servingFiles(spec, ports.local, null)),
    ),
  };
}

const seen = (volume: VolumeView | null) => ({ volume, volumeProblem: null });
const unseen = (error: unknown) => ({
  volume: null,
  volumeProblem: messageOf(error),
});

async function seeVolume(
  { volume, addresses }: NodePorts,
  memory: Memory,
  out: boolean,
): Promise<VolumeView> {
  const settings = await readJson<VolumeView['settings'] & object>(volume, onVolume.settings);
  const join = await readJson<JoinMaterial>(volume, onVolume.joinMaterial);
  const nodes = settings?.nodes ?? join?.nodes ?? memory.settings?.nodes ?? [];
  const self = ownAddress(nodes, addresses());
  return {
    cluster: await readJson(volume, onVolume.cluster),
    settings,
    join,
    member: self === null ? null : await readJson<MemberRecord>(volume, onVolume.member(self)),
    asked: out && self !== null && (await volume.read(joinRequest(self))) !== null,
    wanted: self === null ? null : await readJson(volume, onVolume.wanted(self)),
    admitted: (await readJson<Ip[]>(volume, onVolume.admitted)) ?? [],
    evicted: await isEvicted(volume, addresses()),
  };
}

/** Asked for until this server is a member of the Swarm, by whose token it would come in. */
async function seeTerms(ports: NodePorts, volume: VolumeView | null): Promise<RecruitView | null> {
  const terms = await readTerms(ports.local);
  if (terms === null) return null;
  const { master, secret } = terms;
  if (secret === null) return { master, seal: null };
  const { cluster = null, join = null } = volume ?? {};
  const node = ownAddress(join?.nodes ?? [], ports.addresses());
  return { master, seal: checkSeal(secret, { cluster, join, node }, ports) };
}
const joinRequest = (ip: Ip): string => requestPath({ ip, wants: 'join' });

/** Under any of our addresses: the settings may no longer name the one that we had as a member. */
async function isEvicted(volume: VolumeFiles, addresses: readonly Ip[]): Promise<boolean> {
  // What is not there is asked of every brick: one question for all, not one for each bridge of Docker's.
  const known = await volume.list(onVolume.nodes);
  for (const ip of addresses.filter((address) => known.includes(address))) {
    if ((await volume.read(onVolume.evicted(ip))) !== null) return true;
  }
  return false;
}

async function seePool({ pool }: NodePorts): Promise<PoolView> {
  const volume = await pool.volume(volumeName);
  return {
    peers: await pool.peers(),
    volumeExists: volume !== null,
    volumeStarted: volume?.status === 'started',
  };
}

async function readJson<T>(files: VolumeFiles, path: string): Promise<T | null> {
  const text = await files.read(path);
  return text === null ? null : (JSON.parse(text) as T);
}

const orNull = <T>(answer: Promise<T>): Promise<T | null> => answer.catch(() => null);

const during = <T>(what: string, look: Promise<T>): Promise<T> =>
  look.catch((cause: unknown) => {
    throw new Error(`${what}: ${messageOf(cause)}`, { cause });
  });
