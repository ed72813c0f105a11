import { beforeEach, describe, expect, test } from '@jest/globals';
import { Readmission, requestPath } from '@krillmanager/agent/logic';
import {
  type Ip,
  type JoinMaterial,
  krillLabel,
  onVolume,
  parseIp,
  Secret,
  type Swarm,
} from '@krillmanager/core';
import { FakeCluster } from '../fakes/fake-cluster.ts';
import { fakeVolumeFiles, VolumeTree } from './volume-tree.ts';

const nodes = ['10.55.0.1', '10.55.0.2', '10.55.0.3', '10.55.0.4'].map(parseIp);
const [h1, h2, , h4] = nodes as [Ip, Ip, Ip, Ip];
const access = { mode: 0o644, uid: 0, gid: 0 };
let cluster: FakeCluster;
let tree: VolumeTree;
let readmission: Readmission;
let locked: boolean;

const swarmOf = (ip: Ip): Swarm => cluster.at(ip).swarm;
const nodeOf = async (ip: Ip) => (await swarmOf(h1).nodes()).filter((node) => node.address === ip);
const material = () => tree.json<JoinMaterial>(onVolume.joinMaterial);
const request = (ip: Ip) => requestPath({ ip, wants: 'join' });
const advance = (ip: Ip, nowMs = 0) => readmission.advance(ip, h1, nodes, nowMs);

async function join(ip: Ip, token: Secret): Promise<void> {
  await swarmOf(ip).join([h1], token, ip);
  const { nodeId } = await swarmOf(ip).membership();
  tree.put(onVolume.member(ip), JSON.stringify({ ip, swarmNodeId: nodeId }), access);
}

/** Three managers and a worker, all of which may run Krill. */
beforeEach(async () => {
  cluster = new FakeCluster(nodes);
  tree = new VolumeTree();
  locked = false;
  await swarmOf(h1).init(h1);
  for (const ip of nodes.slice(1)) await join(ip, await swarmOf(h1).joinToken());
  for (const node of await swarmOf(h1).nodes()) {
    await swarmOf(h1).setLabel(node.id, krillLabel, 'ok');
    if (node.address !== h4) await swarmOf(h1).setRole(node.id, 'manager');
  }
  const lock = async () =>
    locked
      ? { held: false as const, holder: null }
      : { held: true as const, release: async () => {} };
  readmission = new Readmission(
    {
      swarm: swarmOf(h1),
      volume: fakeVolumeFiles(() => tree),
      volumeLock: () => ({ tryLock: lock }),
    },
    () => undefined,
  );
});

async function lose(ip: Ip): Promise<void> {
  await swarmOf(ip).leave();
  tree.put(request(ip), '{}', access);
}

async function comeBack(ip: Ip): Promise<void> {
  await join(ip, new Secret(material()?.token ?? ''));
}

describe('a node that lost its Swarm membership', () => {
  test.each([
    ['a worker', h4, 'worker'],
    ['a manager', h2, 'manager'],
  ])('%s comes back to its old place', async (_what, ip, role) => {
    await lose(ip);
    await advance(ip);
    const { token } = material() ?? { token: '' };
    await comeBack(ip);
    await advance(ip);
    expect(await nodeOf(ip)).toMatchObject([{ ready: true, role, labels: { [krillLabel]: 'ok' } }]);
    expect(material()).toBeNull();
    expect(tree.files.has(request(ip))).toBe(false);
    expect((await swarmOf(h1).joinToken()).reveal()).not.toBe(token);
  });

  test('that does not use its token loses it, and may ask again', async () => {
    await lose(h4);
    await advance(h4, 0);
    await advance(h4, 60_000);
    expect(material()).not.toBeNull();
    await advance(h4, 60_001);
    expect(material()).toBeNull();
    expect(tree.files.has(request(h4))).toBe(false);
    tree.put(request(h4), '{}', access);
    await advance(h4, 70_000);
    await comeBack(h4);
    await advance(h4, 71_000);
    expect(await nodeOf(h4)).toHaveLength(1);
  });

  test('waits while a command changes the cluster', async () => {
    await lose(h4);
    locked = true;
    await advance(h4);
    expect(material()).toBeNull();
    expect(tree.files.has(request(h4))).toBe(true);
  });

  test('whose request was answered by another leader is settled by the next', async () => {
    await lose(h4);
    await advance(h4);
    await comeBack(h4);
    const next = new Readmission(
      {
        swarm: swarmOf(h2),
        volume: fakeVolumeFiles(() => tree),
        volumeLock: () => ({ tryLock: async () => ({ held: true, release: async () => {} }) }),
      },
      () => undefined,
    );
    await next.advance(h4, h2, nodes, 0);
    expect(material()).toBeNull();
    expect(await nodeOf(h4)).toHaveLength(1);
  });
});
