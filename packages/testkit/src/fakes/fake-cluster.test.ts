import { describe, expect, test } from '@jest/globals';
import { hostName, parseIp } from '@krillmanager/core';
import { echoArgv, idleSingleton } from '../contracts/container-specs.ts';
import { containersContract } from '../contracts/containers-contract.ts';
import { storagePoolContract } from '../contracts/storage-pool-contract.ts';
import { swarmContract } from '../contracts/swarm-contract.ts';
import { FakeCluster } from './fake-cluster.ts';

const image = '127.0.0.1:9/krillmanager/contract:1';
const ips = ['10.55.0.1', '10.55.0.2', '10.55.0.3'].map(parseIp);

describe('fake containers', () =>
  containersContract(async () => {
    const { machines, clock } = new FakeCluster(ips);
    const [{ host, containers } = fail()] = machines;
    host.directories = new Set();
    host.archives.set('/images.tar', [image]);
    containers.programs.set(echoArgv.join(' '), (input) => ({
      stdout: input,
      stderr: 'oops\n',
      exitCode: 7,
    }));
    return { containers, clock, image, archive: '/images.tar' };
  }));

describe('a fake Swarm', () =>
  swarmContract(async () => {
    const { machines, clock } = new FakeCluster(ips);
    for (const { host } of machines) host.images.add(image);
    return { nodes: machines, clock, image };
  }));

describe('a fake storage pool', () =>
  storagePoolContract(async () => {
    const { machines, clock } = new FakeCluster(ips);
    return { nodes: machines, clock, brickPath: '/srv/brick' };
  }));

describe('a machine without power', () => {
  const three = async () => {
    const cluster = new FakeCluster(ips);
    const [a = fail(), b = fail(), c = fail()] = cluster.machines;
    for (const { host } of cluster.machines) host.images.add(image);
    await a.swarm.init(a.ip);
    for (const each of [b, c]) await each.swarm.join([a.ip], await a.swarm.joinToken(), each.ip);
    return { cluster, a, b, c };
  };

  test('answers nothing', async () => {
    const { a } = await three();
    a.host.powerOff();
    await expect(a.swarm.membership()).rejects.toThrow('does not answer');
    await expect(a.pool.peers()).rejects.toThrow('does not answer');
    await expect(a.containers.list()).rejects.toThrow('does not answer');
  });

  test('takes the leadership along, and the quorum when it was one of two managers', async () => {
    const { a, b, c } = await three();
    const idOf = async ({ swarm }: typeof a) => (await swarm.membership()).nodeId ?? '';
    await a.swarm.setRole(await idOf(b), 'manager');
    a.host.powerOff();
    expect((await b.swarm.membership()).problem).toContain('leader');
    await expect(b.swarm.nodes()).rejects.toThrow('leader');
    a.host.powerOn();
    await a.swarm.setRole(await idOf(c), 'manager');
    a.host.powerOff();
    expect(await b.swarm.membership()).toMatchObject({ leader: true, problem: null });
  });

  test('gives its services to another', async () => {
    const { cluster, a, b, c } = await three();
    for (const { swarm } of [b, c]) {
      const { nodeId } = await swarm.membership();
      await a.swarm.setLabel(nodeId ?? '', 'place', 'here');
    }
    await a.swarm.applyService(idleSingleton(image));
    const place = async () => {
      await a.swarm.services();
      await cluster.clock.sleep(5_000);
      return (await a.swarm.services())[0]?.nodeId;
    };
    expect(await place()).toBe((await b.swarm.membership()).nodeId);
    b.host.powerOff();
    expect(await place()).toBe((await c.swarm.membership()).nodeId);
  });

  test('stays a member of its pool, unconnected, its bricks offline', async () => {
    const { cluster, a, b } = await three();
    await a.pool.probe(hostName(b.ip));
    await cluster.clock.sleep(5_000);
    const bricks = [a, b].map(({ ip }) => ({ host: hostName(ip), path: '/srv/brick' }));
    await a.pool.createVolume({ name: 'v', bricks, replica: 2, options: {} });
    await a.pool.startVolume('v');
    b.host.powerOff();
    expect(await a.pool.peers()).toMatchObject([{ state: 'member', connected: false }]);
    expect(await a.pool.onlineBricks('v')).toEqual([bricks[0]]);
  });
});

function fail(): never {
  throw new Error('a machine is missing');
}
