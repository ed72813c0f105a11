import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Brick,
  type Clock,
  hostName,
  type Ip,
  type StoragePool,
  UserError,
} from '@krillmanager/core';
import { eventually } from './eventually.ts';

export interface StoragePoolSubject {
  /** Three machines, each alone in its pool, that know each other by {@link hostName}. */
  readonly nodes: readonly { readonly ip: Ip; readonly pool: StoragePool }[];
  readonly clock: Clock;
  /** A directory that does not exist yet, below one that does, on each of them. */
  readonly brickPath: string;
}

/** What the port StoragePool promises. The cases follow on one another. */
export function storagePoolContract(make: () => Promise<StoragePoolSubject>): void {
  let subject: StoragePoolSubject;
  beforeAll(async () => {
    subject = await make();
  });
  const node = (at: number) => {
    const found = subject.nodes[at];
    if (!found) throw new Error(`three nodes are needed, there is none at ${at}`);
    return found;
  };
  const pool = (at: number): StoragePool => node(at).pool;
  const host = (at: number): string => hostName(node(at).ip);
  const brick = (at: number): Brick => ({ host: host(at), path: subject.brickPath });
  const volume = () => ({
    name: 'contract',
    bricks: [brick(0), brick(1)],
    replica: 2,
    options: { 'network.ping-timeout': '5' },
  });
  const peer = async (from: number, of: number) =>
    (await pool(from).peers()).find(({ hosts }) => hosts.includes(host(of)));
  const soon = (holds: () => Promise<boolean>) => eventually(subject.clock, holds);
  const joined = (at: number) =>
    soon(async () => {
      const seen = await peer(0, at);
      return seen?.state === 'member' && seen.connected;
    });

  describe('a machine that was never asked in', () => {
    test('has a version, no peers and no volume', async () => {
      expect(Number.parseInt(await pool(0).version(), 10)).toBeGreaterThanOrEqual(10);
      expect(await pool(0).peers()).toEqual([]);
      expect(await pool(0).volume('contract')).toBeNull();
      expect(await pool(0).onlineBricks('contract')).toEqual([]);
    });

    test('can hold no brick of a volume', async () => {
      await expect(pool(0).createVolume(volume())).rejects.toThrow(UserError);
      expect(await pool(0).volume('contract')).toBeNull();
    });
  });

  describe('a peer', () => {
    test('is a member some time after it was asked in', async () => {
      await pool(0).probe(host(1));
      expect((await peer(0, 1))?.state).toMatch(/joining|member/);
      await joined(1);
    });

    test('sees its peers, too', async () => {
      expect(await pool(1).peers()).toEqual([
        expect.objectContaining({ state: 'member', connected: true }),
      ]);
    });

    test('may be asked in again', async () => {
      const before = await pool(0).peers();
      await pool(0).probe(host(1));
      expect(await pool(0).peers()).toEqual(before);
    });

    test('that is not there is an error', async () => {
      await expect(pool(0).probe('km-203-0-113-1')).rejects.toThrow(UserError);
    });

    test('of one pool is not asked into another', async () => {
      await expect(pool(2).probe(host(1))).rejects.toThrow(UserError);
      expect(await pool(2).peers()).toEqual([]);
    });
  });

  describe('a volume', () => {
    test('is created with its options, and not started', async () => {
      await pool(0).createVolume(volume());
      const { name, bricks, options } = volume();
      expect(await pool(0).volume(name)).toMatchObject({
        name,
        status: 'created',
        replica: 2,
        bricks,
        options,
      });
      expect(await pool(0).onlineBricks(name)).toEqual([]);
    });

    test('is created once', async () => {
      await expect(pool(0).createVolume(volume())).rejects.toThrow(UserError);
    });

    test('is seen by every member of the pool and by nobody else', async () => {
      await soon(async () => (await pool(1).volume('contract')) !== null);
      expect(await pool(2).volume('contract')).toBeNull();
    });

    test('has its bricks online once it is started, and may be started again', async () => {
      await pool(0).startVolume('contract');
      await pool(0).startVolume('contract');
      expect((await pool(0).volume('contract'))?.status).toBe('started');
      await soon(async () => (await pool(0).onlineBricks('contract')).length === 2);
      expect(await pool(0).onlineBricks('contract')).toEqual(volume().bricks);
    });

    test('takes other options beside those that it has', async () => {
      // By name: add-brick adds the names that it misses, and when it then fails, as below, only
      // to one glusterd's memory; a peer that joins after that is rejected for the difference.
      const allowed = { 'auth.allow': [0, 1, 2].map(host).join(',') };
      await pool(0).setOptions('contract', allowed);
      expect((await pool(0).volume('contract'))?.options).toMatchObject({
        'network.ping-timeout': '5',
        ...allowed,
      });
      await pool(0).setOptions('contract', {});
    });

    test('that is not there is an error to change', async () => {
      await expect(pool(0).startVolume('none')).rejects.toThrow(UserError);
      await expect(pool(0).setOptions('none', { 'auth.allow': '*' })).rejects.toThrow(UserError);
    });
  });

  describe('a brick', () => {
    test('is not added before its machine is a member', async () => {
      const adding = pool(0).addBricks('contract', 3, [brick(2)]);
      await expect(adding).rejects.toThrow(UserError);
    });

    test('is added and healed', async () => {
      await pool(0).probe(host(2));
      await joined(2);
      await pool(0).addBricks('contract', 3, [brick(2)]);
      expect(await pool(0).volume('contract')).toMatchObject({
        replica: 3,
        bricks: [brick(0), brick(1), brick(2)],
      });
      await soon(async () => (await pool(0).onlineBricks('contract')).length === 3);
      await soon(async () => (await pool(0).healPending('contract')) === 0);
    });

    test('is added once', async () => {
      const again = pool(0).addBricks('contract', 4, [brick(2)]);
      await expect(again).rejects.toThrow(UserError);
    });

    test('keeps its machine in the pool', async () => {
      await expect(pool(0).detach(host(2), false)).rejects.toThrow(UserError);
      await expect(pool(0).detach(host(2), true)).rejects.toThrow(UserError);
    });

    test('is removed', async () => {
      await pool(0).removeBricks('contract', 2, [brick(2)]);
      expect(await pool(0).volume('contract')).toMatchObject({
        replica: 2,
        bricks: [brick(0), brick(1)],
      });
      await expect(pool(0).removeBricks('contract', 1, [brick(2)])).rejects.toThrow(UserError);
    });
  });

  describe('a peer without bricks', () => {
    test('is taken out of the pool, and may be taken out again', async () => {
      await pool(0).detach(host(2), false);
      expect(await peer(0, 2)).toBeUndefined();
      await pool(0).detach(host(2), false);
    });

    test('is alone then and knows of no volume', async () => {
      await soon(async () => (await pool(2).peers()).length === 0);
      expect(await pool(2).volume('contract')).toBeNull();
    });
  });
}
