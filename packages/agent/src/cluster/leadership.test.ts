import { beforeEach, expect, test } from '@jest/globals';
import { onVolume, parseIp, type VolumeFiles } from '@krillmanager/core';
import type { NodeCertificates } from '@krillmanager/host';
import type { View } from '../node/view.ts';
import { RequestAnswers } from './answer-requests.ts';
import { Leadership } from './leadership.ts';

const h1 = parseIp('10.55.0.1');
const h2 = parseIp('10.55.0.2');
const h3 = parseIp('10.55.0.3');
const view = { volume: { settings: { nodes: [h1, h2, h3] } } } as unknown as View;
const volume = {
  list: async (path: string) =>
    path === onVolume.requests ? [`${h2}.certificate`, `${h2}.join`, `${h3}.join`] : [],
  read: async () => {
    throw new Error('the volume does not answer');
  },
} as unknown as VolumeFiles;

let done: string[];
let said: string[];
let failing: boolean;
beforeEach(() => {
  [done, said, failing] = [[], [], true];
});

const readmission = {
  advance: async (ip: string) => {
    if (ip === h2 && failing) throw new Error('no manager answers');
    done.push(`readmitted ${ip}`);
  },
};
const labels = {
  keep: async () => {
    done.push('labels');
  },
};
const warn = (line: string) => void said.push(line);
const leadership = (keeper = labels) => {
  const ports = { volume, nodeCertificates: {} as NodeCertificates };
  const requests = new RequestAnswers(ports, readmission, warn);
  return new Leadership({ labels: keeper, requests, monotonicMs: () => 0, warn });
};

test('labels come first, and each request fails by itself', async () => {
  await leadership().lead(view, h1, []);
  expect(done).toEqual(['labels', `readmitted ${h3}`]);
});

test('a request that fails again and again is told of once', async () => {
  const leader = leadership();
  for (let look = 0; look < 3; look += 1) await leader.lead(view, h1, []);
  expect(said).toEqual([
    `request ${h2}.certificate not answered: the volume does not answer`,
    `request ${h2}.join not answered: no manager answers`,
  ]);
  failing = false;
  await leader.lead(view, h1, []);
  expect(done).toContain(`readmitted ${h2}`);
});

test('without a majority no label is looked at', async () => {
  await leadership().lead(view, h1, null);
  expect(done).toEqual([`readmitted ${h3}`]);
});

test('labels that cannot be kept do not keep the requests waiting', async () => {
  const keep = async () => {
    throw new Error('The swarm does not have a leader.');
  };
  await leadership({ keep }).lead(view, h1, []);
  expect(done).toEqual([`readmitted ${h3}`]);
  expect(said).toContain('keeping the labels: The swarm does not have a leader.');
});
