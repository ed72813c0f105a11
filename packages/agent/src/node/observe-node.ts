import {
  type Ip,
  type JoinMaterial,
  type MemberRecord,
  onVolume,
  type VolumeFiles,
  volumeName,
} from '@krillmanager/core';
import type { LocalStore } from './local-store.ts';
import { ownAddress } from './next-action.ts';
import type { NodePorts } from './node-ports.ts';
import { servingFiles } from './serving-files.ts';
import type { Memory, PoolView, View, VolumeView } from './view.ts';

/** Looks at everything once. What does not answer is null in the view, never an exception. */
export async function observeNode(ports: NodePorts, store: LocalStore): Promise<View> {
  const memory = await store.recall();
  const mount = await ports.mount.state();
  const addresses = ports.addresses();
  const volume = mount.mounted && mount.answering ? await orNull(seeVolume(ports, memory)) : null;
  const reachable = volume === null ? null : ports.volume;
  const spec = memory.serving?.spec ?? null;
  const member = ownAddress(memory.settings?.nodes ?? [], addresses) !== null;
  const settled = volume !== null && member && memory.left === null;
  return {
    memory,
    addresses,
    named: await ports.names.named(),
    // Asking glusterd costs a process: only while something depends on the answer.
    pool: settled ? null : await orNull(seePool(ports)),
    mount,
    volume,
    swarm: await orNull(ports.swarm.membership()),
    containers: await orNull(ports.containers.list()),
    missingImages: (await orNull(ports.containers.missingImages(ports.images))) ?? [],
    files: await servingFiles(spec, ports.local, reachable).catch(() =>
      servingFiles(spec, ports.local, null),
    ),
  };
}

async function seeVolume({ volume, addresses }: NodePorts, memory: Memory): Promise<VolumeView> {
  const settings = await readJson<VolumeView['settings'] & object>(volume, onVolume.settings);
  const join = await readJson<JoinMaterial>(volume, onVolume.joinMaterial);
  const nodes = settings?.nodes ?? join?.nodes ?? memory.settings?.nodes ?? [];
  const self = ownAddress(nodes, addresses());
  return {
    cluster: await readJson(volume, onVolume.cluster),
    settings,
    join,
    member: self === null ? null : await readJson<MemberRecord>(volume, onVolume.member(self)),
    wanted: self === null ? null : await readJson(volume, onVolume.wanted(self)),
    evicted: await isEvicted(volume, addresses()),
  };
}

/** Under any of our addresses: the settings may no longer name the one that we had as a member. */
async function isEvicted(volume: VolumeFiles, addresses: readonly Ip[]): Promise<boolean> {
  for (const ip of addresses) if ((await volume.read(onVolume.evicted(ip))) !== null) return true;
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
