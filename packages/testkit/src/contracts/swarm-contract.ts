import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Clock,
  type Containers,
  type Ip,
  type Swarm,
  specHash,
  UserError,
} from '@krillmanager/core';
import { idleSingleton } from './container-specs.ts';
import { eventually } from './eventually.ts';

export interface SwarmSubject {
  /** Three machines that are in no Swarm. */
  readonly nodes: readonly {
    readonly ip: Ip;
    readonly swarm: Swarm;
    readonly containers: Containers;
  }[];
  readonly clock: Clock;
  /** An image with sleep and true that all of them have. */
  readonly image: string;
}

/** What the port Swarm promises. The cases follow on one another. */
export function swarmContract(make: () => Promise<SwarmSubject>): void {
  let subject: SwarmSubject;
  beforeAll(async () => {
    subject = await make();
  });
  const node = (at: number) => {
    const found = subject.nodes[at];
    if (!found) throw new Error(`three nodes are needed, there is none at ${at}`);
    return found;
  };
  const swarm = (at: number): Swarm => node(at).swarm;
  const nodeId = async (at: number): Promise<string> =>
    (await swarm(at).membership()).nodeId ?? 'none';
  const seen = async (at: number) => {
    const id = await nodeId(at);
    return (await swarm(0).nodes()).find((each) => each.id === id);
  };
  const soon = (holds: () => Promise<boolean>) => eventually(subject.clock, holds);

  describe('a machine that is in no Swarm', () => {
    test('is inactive', async () => {
      expect(await swarm(0).membership()).toEqual({
        state: 'inactive',
        nodeId: null,
        clusterId: null,
        manager: false,
        leader: false,
        address: null,
        problem: null,
      });
    });

    test('cannot tell of nodes, leaves nothing', async () => {
      await expect(swarm(0).nodes()).rejects.toThrow(UserError);
      await swarm(0).leave();
    });
  });

  describe('the first node', () => {
    test('founds a Swarm and leads it', async () => {
      await swarm(0).init(node(0).ip);
      const { ip } = node(0);
      const membership = await swarm(0).membership();
      expect(membership).toMatchObject({ state: 'active', manager: true, leader: true });
      expect(membership).toMatchObject({ address: ip, problem: null });
      expect(membership.clusterId).toEqual(expect.any(String));
    });

    test('stays in that Swarm when it is told to found one again', async () => {
      const before = await swarm(0).membership();
      await swarm(0).init(node(0).ip);
      expect(await swarm(0).membership()).toEqual(before);
    });
  });

  describe('the others', () => {
    test('join with the token, as workers', async () => {
      const token = await swarm(0).joinToken();
      for (const at of [1, 2]) await swarm(at).join([node(0).ip], token, node(at).ip);
      expect(await swarm(1).membership()).toMatchObject({
        state: 'active',
        manager: false,
        leader: false,
        address: node(1).ip,
        problem: null,
      });
      await soon(async () => (await swarm(0).nodes()).filter(({ ready }) => ready).length === 3);
      expect(await seen(1)).toMatchObject({ address: node(1).ip, role: 'worker', labels: {} });
    });

    test('join once only', async () => {
      const before = await nodeId(1);
      await swarm(1).join([node(0).ip], await swarm(0).joinToken(), node(1).ip);
      expect(await nodeId(1)).toBe(before);
    });

    test('do not manage', async () => {
      await expect(swarm(1).nodes()).rejects.toThrow(UserError);
      await expect(swarm(1).joinToken()).rejects.toThrow(UserError);
      await expect(swarm(1).services()).rejects.toThrow(UserError);
    });
  });

  describe('a node that leaves', () => {
    test('is inactive, and remains as an entry that is not ready until it is removed', async () => {
      const ghost = await nodeId(2);
      await swarm(2).leave();
      expect(await swarm(2).membership()).toMatchObject({ state: 'inactive', nodeId: null });
      const entry = async () => (await swarm(0).nodes()).find(({ id }) => id === ghost);
      await soon(async () => (await entry())?.ready === false);
      await swarm(0).removeNode(ghost);
      expect(await entry()).toBeUndefined();
      await swarm(0).removeNode(ghost);
    });

    test('joins again with a new token only, once the old one was made void', async () => {
      const old = await swarm(0).joinToken();
      await swarm(0).rotateToken();
      await expect(swarm(2).join([node(0).ip], old, node(2).ip)).rejects.toThrow(UserError);
      expect((await swarm(2).membership()).manager).toBe(false);
      await swarm(2).join([node(0).ip], await swarm(0).joinToken(), node(2).ip);
      await soon(async () => (await seen(2))?.ready === true);
    });
  });

  describe('a node', () => {
    test('is made a manager, and a worker again', async () => {
      for (const at of [1, 2]) await swarm(0).setRole(await nodeId(at), 'manager');
      expect(await seen(1)).toMatchObject({ role: 'manager', leader: false });
      await soon(async () => (await swarm(1).membership()).manager);
      expect(await swarm(1).nodes()).toHaveLength(3);
      await swarm(0).setRole(await nodeId(2), 'worker');
      expect((await seen(2))?.role).toBe('worker');
      await soon(async () => !(await swarm(2).membership()).manager);
    });

    test('is not removed as long as it manages', async () => {
      await expect(swarm(0).removeNode(await nodeId(1))).rejects.toThrow(UserError);
    });

    test('carries labels', async () => {
      const id = await nodeId(1);
      await swarm(0).setLabel(id, 'zone', 'a');
      await swarm(0).setLabel(id, 'kind', 'x');
      await swarm(0).setLabel(id, 'zone', 'b');
      expect((await seen(1))?.labels).toEqual({ zone: 'b', kind: 'x' });
      await swarm(0).setLabel(id, 'kind', null);
      await swarm(0).setLabel(id, 'kind', null);
      expect((await seen(1))?.labels).toEqual({ zone: 'b' });
      await expect(swarm(0).setLabel('unknown', 'a', 'b')).rejects.toThrow(UserError);
    });

    test('keeps a label that is not what it was when it was read', async () => {
      const id = await nodeId(1);
      expect(await swarm(0).changeLabel(id, 'zone', 'a', 'c')).toBe(false);
      expect(await swarm(0).changeLabel(id, 'kind', 'x', 'y')).toBe(false);
      expect((await seen(1))?.labels).toEqual({ zone: 'b' });
      expect(await swarm(0).changeLabel(id, 'zone', 'b', 'c')).toBe(true);
      expect((await seen(1))?.labels).toEqual({ zone: 'c' });
      const unknown = swarm(0).changeLabel('unknown', 'a', 'b', 'c');
      await expect(unknown).rejects.toThrow(UserError);
    });

    test('is drained and made active', async () => {
      const id = await nodeId(1);
      await swarm(0).setAvailability(id, 'drain');
      expect((await seen(1))?.availability).toBe('drain');
      await swarm(0).setAvailability(id, 'active');
      expect((await seen(1))?.availability).toBe('active');
    });
  });

  describe('a service', () => {
    const spec = () => idleSingleton(subject.image);
    const state = async () => {
      const [first, ...others] = await swarm(0).services();
      expect(others).toEqual([]);
      return first;
    };
    const runsOn = async (at: number) => {
      const id = await nodeId(at);
      await soon(async () => (await state())?.nodeId === id && (await state())?.running === 1);
    };

    test('is none before it is applied', async () => {
      expect(await swarm(0).services()).toEqual([]);
    });

    test('waits for a node that carries its labels', async () => {
      await swarm(0).applyService(spec());
      await soon(async () => (await state())?.lastError != null);
      expect(await state()).toMatchObject({
        name: 'idle',
        specHash: specHash(spec()),
        desired: 1,
        running: 0,
        nodeId: null,
        lastError: expect.stringContaining('no suitable node'),
      });
    });

    test('runs on the node that carries its labels', async () => {
      await swarm(0).setLabel(await nodeId(1), 'place', 'here');
      await runsOn(1);
      expect((await state())?.lastError).toBeNull();
    });

    test('is told apart from the containers of that node', async () => {
      const { containers } = node(1);
      expect(await containers.singletons()).toEqual([
        expect.objectContaining({ name: 'idle', running: true, specHash: specHash(spec()) }),
      ]);
      expect(await containers.list()).toEqual([]);
      expect(await node(2).containers.singletons()).toEqual([]);
    });

    test('moves with the label', async () => {
      await swarm(0).setLabel(await nodeId(2), 'place', 'here');
      await swarm(0).setLabel(await nodeId(1), 'place', null);
      await runsOn(2);
    });

    test('runs something else when that is applied, through any manager', async () => {
      const other = { ...spec(), env: { CHANGED: '1' } };
      await swarm(1).applyService(other);
      expect(await state()).toMatchObject({ specHash: specHash(other), running: 0 });
      await runsOn(2);
      const [running] = await node(2).containers.singletons();
      expect(running?.specHash).toBe(specHash(other));
    });

    test('says why it does not start', async () => {
      await swarm(0).applyService({ ...spec(), image: `${subject.image}-absent` });
      await soon(async () => (await state())?.lastError != null);
      expect(await state()).toMatchObject({ running: 0, nodeId: null });
    });

    test('starts when what it lacked is there', async () => {
      await swarm(0).applyService(spec());
      await runsOn(2);
    });

    test('is gone when it is removed, and may be removed again', async () => {
      await swarm(0).removeService('idle');
      expect(await swarm(0).services()).toEqual([]);
      await swarm(0).removeService('idle');
    });
  });

  test('every node leaves, the last manager too', async () => {
    for (const at of [2, 1, 0]) {
      await swarm(at).leave();
      expect((await swarm(at).membership()).state).toBe('inactive');
    }
  });
}
