import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Clock, hostName, parseIp } from '@krillmanager/core';
import { dockerContainers, dockerSwarm } from '@krillmanager/docker';
import { glusterPool, type RunGluster } from '@krillmanager/gluster';
import { Lab, type LabHost, type LabHostStatus } from '../lab.ts';
import { idle } from './container-specs.ts';
import { containersContract } from './containers-contract.ts';
import { type ImageArchive, makeImageArchive } from './image-archive.ts';
import { storagePoolContract } from './storage-pool-contract.ts';
import { swarmContract } from './swarm-contract.ts';

const lab = new Lab({
  dir: '/var/tmp/krillmanager-lab-contract',
  net: '10.58.0',
  net6: 'fd58::',
});
const minuteMs = 60_000;
const clock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => {
    await sleep(ms);
  },
};

jest.setTimeout(minuteMs);

let archive: ImageArchive;
let hosts: readonly LabHostStatus[];

beforeAll(async () => {
  archive = await makeImageArchive();
  await lab.down();
  await lab.up(3);
  hosts = (await lab.status()).hosts;
}, 5 * minuteMs);

afterAll(async () => {
  await lab.down();
  await archive.remove();
}, minuteMs);

const socketOf = ({ docker }: LabHostStatus) => ({ socketPath: docker ?? '' });

const glusterOn =
  (host: LabHost): RunGluster =>
  async (argv, { deadlineMs }) => {
    const { stdout, code } = await lab.tryExec(host, argv, { deadlineMs });
    return { stdout, exitCode: code ?? -1 };
  };

describe('containers of a real dockerd', () =>
  containersContract(async () => {
    const [host] = hosts;
    if (!host) throw new Error('the lab has no host');
    const containers = dockerContainers(socketOf(host));
    return { containers, clock, image: archive.image, archive: archive.path };
  }));

describe('a container of a real dockerd', () => {
  test('that somebody has stopped is started by applying the same', async () => {
    const [host] = hosts;
    if (!host) throw new Error('the lab has no host');
    const containers = dockerContainers(socketOf(host));
    await containers.apply(idle(archive.image));
    const [before] = await containers.list();
    await lab.exec(host.name, ['docker', 'stop', 'krillmanager-idle']);
    expect(await containers.list()).toMatchObject([{ running: false }]);
    await containers.apply(idle(archive.image));
    expect(await containers.list()).toMatchObject([{ id: before?.id, running: true }]);
    await containers.remove('idle');
  });
});

describe('a Swarm of real dockerds', () =>
  swarmContract(async () => {
    const nodes = hosts.map((host) => ({
      ip: parseIp(host.ip),
      swarm: dockerSwarm(socketOf(host)),
      containers: dockerContainers(socketOf(host)),
    }));
    for (const { containers } of nodes) await containers.loadImages(archive.path);
    return { nodes, clock, image: archive.image };
  }));

describe('a pool of real glusterds', () =>
  storagePoolContract(async () => {
    const ips = hosts.map(({ ip }) => parseIp(ip));
    const names = ips.map((ip) => `${ip} ${hostName(ip)}\n`).join('');
    for (const { name } of hosts) await lab.sh(name, 'cat >> /etc/hosts', { stdin: names });
    const nodes = hosts.map(({ ip, name }) => ({
      ip: parseIp(ip),
      pool: glusterPool({ run: glusterOn(name) }),
    }));
    return { nodes, clock, brickPath: '/srv/krillmanager-contract' };
  }));
