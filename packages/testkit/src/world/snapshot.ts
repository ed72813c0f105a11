import { type Ip, onVolume, volumeName } from '@krillmanager/core';
import type { FakeWorld } from './fake-world.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** Contents that chance or time gave: that they are there is all that two runs have in common. */
const random: readonly string[] = [
  onVolume.krillToken,
  onVolume.storage,
  ...[onVolume.authority, onVolume.authorityKey, onVolume.certificate, onVolume.certificateKey],
  ...[onVolume.krillCertificate, onVolume.krillKey],
];

/** Everything that lasts, without the names that chance gave: equal ends give equal text. */
export async function snapshot(world: FakeWorld, master: Ip): Promise<string> {
  const node = world.at(master);
  const { swarm, pool } = node.machine;
  const swarmNodes = await swarm.nodes();
  const tree = node.mount.tree;
  const chance = new Map(swarmNodes.map(({ id, address }) => [id, `node of ${address}`]));
  const cluster = tree?.json<{ id: string }>(onVolume.cluster)?.id;
  if (cluster !== undefined) chance.set(cluster, 'the cluster');
  const end = {
    swarm: swarmNodes.map(({ id: _, hostname: __, ...each }) => each).toSorted(byAddress),
    services: (await swarm.services()).map(({ name, desired, running }) => ({
      name,
      desired,
      running,
    })),
    peers: (await pool.peers()).map(({ hosts, state, connected }) => ({ hosts, state, connected })),
    volume: await pool.volume(volumeName),
    files: [...(tree?.files ?? [])].toSorted(byKey).map(([path, { content, access }]) => ({
      path,
      access,
      content: random.includes(path) ? 'random' : content,
    })),
    directories: [...(tree?.directories ?? [])].toSorted(byKey),
    nodes: await Promise.all(world.nodes.map(ownPart)),
  };
  return [...chance].reduce(
    (text, [name, known]) => text.replaceAll(name, known),
    JSON.stringify(end, null, 1),
  );
}

/** What lasts on one machine. */
async function ownPart({ machine, local, names, mount, agentActive }: SimulatedNode) {
  const containers = await machine.containers.list();
  return {
    ip: machine.ip,
    agentActive,
    mounted: (await mount.state()).mounted,
    named: await names.named(),
    containers: containers.map(({ name, specHash, health }) => ({ name, specHash, health })),
    files: [...local.files]
      .toSorted(byKey)
      .map(([path, { bytes, access }]) => ({ path, access, content: contentOf(path, bytes) })),
  };
}

/** Copies of certificates are as random as what they are copies of. */
const contentOf = (path: string, bytes: Buffer): string =>
  /\/tls\/|\/loaded\.json$/.test(path) ? 'random' : bytes.toString('utf8');

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : 1;
const byAddress = (a: { address: string }, b: { address: string }): number =>
  a.address < b.address ? -1 : 1;
