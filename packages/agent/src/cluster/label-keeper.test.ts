import { expect, test } from '@jest/globals';
import { type Ip, onVolume, parseIp, type SwarmNode } from '@krillmanager/core';
import type { SeenNode } from './fitness.ts';
import { LabelKeeper } from './label-keeper.ts';

const ips = ['10.55.0.1', '10.55.0.2', '10.55.0.3'].map(parseIp);

/** A Swarm of which only the labels matter; null: the node has none. */
class Swarm {
  readonly labels = new Map<string, string>();
  asked = 0;
  /** What somebody else does meanwhile. */
  beforeChange = (): void => undefined;

  constructor(labels: readonly (string | null)[]) {
    for (const [at, ip] of ips.entries()) {
      const label = labels[at];
      if (label != null) this.labels.set(`n-${ip}`, label);
    }
  }

  async nodes(): Promise<readonly SwarmNode[]> {
    this.asked += 1;
    return ips.map((ip) => ({
      id: `n-${ip}`,
      address: ip,
      hostname: '',
      role: 'manager',
      ready: true,
      availability: 'active',
      labels: this.labels.has(`n-${ip}`) ? { krill: this.labels.get(`n-${ip}`) ?? '' } : {},
      leader: false,
    }));
  }

  async changeLabel(id: string, label: string, from: string, to: string): Promise<boolean> {
    this.beforeChange();
    if (label !== 'krill' || this.labels.get(id) !== from) return false;
    this.labels.set(id, to);
    return true;
  }
}

const volume = {
  read: async (path: string) => {
    const ip = ips.find((candidate) => path === onVolume.member(candidate));
    return ip === undefined ? null : JSON.stringify({ ip, swarmNodeId: `n-${ip}` });
  },
};

const seen = (without: readonly Ip[]): readonly SeenNode[] =>
  ips.map((ip) => ({ ip, seen: true, majority: true, skewMs: 0, volume: !without.includes(ip) }));

type Labels = readonly (string | null)[];
test.each<[string, Labels, readonly number[], Labels]>([
  ['nothing to do', ['ok', 'ok', 'ok'], [], ['ok', 'ok', 'ok']],
  ['taken', ['ok', 'ok', 'ok'], [1], ['ok', 'lost-volume', 'ok']],
  ['given back', ['ok', 'lost-quorum', 'ok'], [], ['ok', 'ok', 'ok']],
  ['not given to who never had it', ['ok', null, 'ok'], [], ['ok', null, 'ok']],
  ['not taken from all', ['ok', 'ok', 'ok'], [0, 1, 2], ['ok', 'ok', 'ok']],
  ['not taken from the last', ['lost-quorum', 'ok', null], [0, 1, 2], ['lost-quorum', 'ok', null]],
])('the label: %s', async (_what, before, lost, after) => {
  const swarm = new Swarm(before);
  const keeper = new LabelKeeper({ swarm, volume }, () => undefined);
  const nodes = seen(lost.map((at) => ips[at] as Ip));
  for (let second = 0; second <= 40; second += 2) await keeper.keep(nodes, second * 1000);
  expect(ips.map((ip) => swarm.labels.get(`n-${ip}`) ?? null)).toEqual(after);
  expect(swarm.asked).toBeLessThan(8);
});

test('a label that init takes meanwhile from a node that is to go stays away', async () => {
  const swarm = new Swarm(['ok', 'lost-volume', 'ok']);
  swarm.beforeChange = () => swarm.labels.delete(`n-${ips[1]}`);
  const said: string[] = [];
  const keeper = new LabelKeeper({ swarm, volume }, (line) => said.push(line));
  for (let second = 0; second <= 40; second += 2) await keeper.keep(seen([]), second * 1000);
  expect(ips.map((ip) => swarm.labels.get(`n-${ip}`) ?? null)).toEqual(['ok', null, 'ok']);
  expect(said).toEqual([]);
});
