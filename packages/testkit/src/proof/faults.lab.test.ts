import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { counts, isFull } from '../counts.ts';
import type { LabHost } from '../lab.ts';
import { Cluster, type StatusJson } from './cluster.ts';
import { allFaults, type Fault, fewFaults, type Scene } from './faults/faults.ts';
import { KrillWitness } from './faults/krill-witness.ts';
import { probeLiveness } from './faults/liveness.ts';
import { eventually } from './until.ts';

const cluster = new Cluster({
  dir: process.env['LAB_DIR'] ?? '/var/tmp/krillmanager-lab-faults',
  net: '10.70.0',
  net6: 'fd70::',
});
const { lab } = cluster;
const hosts: readonly LabHost[] = ['h1', 'h2', 'h3'];
const minuteMs = 60_000;
let witness: KrillWitness;
/** Numbers of the autonomous systems whose ROAs Krill has acknowledged. */
const acknowledged: number[] = [];
let session: string;

jest.setTimeout(10 * minuteMs);

beforeAll(async () => {
  await lab.down();
  await cluster.quickstart();
  session = (await everybodyIsWell()).nodes[0]?.session ?? '';
  witness = await witnessNow();
}, 40 * minuteMs);

afterAll(async () => {
  witness.stop();
  await lab.down();
}, minuteMs);

const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const seconds = (ms: number): string => (ms / 1000).toFixed(1);

const wellSeenFrom = (host: LabHost) =>
  eventually(
    () => cluster.status(host),
    ({ ok }: StatusJson) => ok,
    4 * minuteMs,
  );
const everybodyIsWell = () => wellSeenFrom('h1');

async function witnessNow(): Promise<KrillWitness> {
  const status = await lab.status();
  return new KrillWitness(new Map(status.hosts.map(({ name, pid }) => [name, pid ?? 0])));
}

async function sceneNow(): Promise<Scene> {
  const { krill } = await everybodyIsWell();
  const nodes = await lab.sh('h1', "docker node ls --format '{{.Hostname}} {{.ManagerStatus}}'");
  const leader = /^(h\d+) Leader$/m.exec(nodes)?.[1] as LabHost;
  const frozen = (host: LabHost, is: boolean) => witness.frozen(host, is);
  return { lab, hosts, krill: cluster.hostOf(krill.node ?? ''), leader, frozen };
}

/** Told to Krill where it runs; returns when its API has answered. */
async function addRoa(host: LabHost): Promise<void> {
  const asn = 65_000 + acknowledged.length;
  // The one prefix that the test bed gives to this CA, for another system each time.
  const roa = `10.0.0.0/24-24 => ${asn}`;
  await cluster.krillc(host, 'roas', 'update', '--ca', 'benchmark-0', '--add', roa);
  acknowledged.push(asn);
}

async function nothingIsLost(host: LabHost): Promise<void> {
  const roas = await eventually(
    () => cluster.krillc(host, 'roas', 'list', '--ca', 'benchmark-0'),
    () => true,
    minuteMs,
  );
  for (const asn of acknowledged) expect(roas).toContain(`=> ${asn}`);
}

const krillAnswersOn = async (host: LabHost): Promise<boolean> => {
  const argv = ['curl', '-sk', '-m', '2', '-o', '/dev/null', 'https://127.0.0.1:3000/health'];
  return (await lab.tryExec(host, argv, { deadlineMs: 5000 })).code === 0;
};

/** When a Krill that lives now answers. */
async function answeredAt(within: number): Promise<number> {
  await eventually(
    async () => witness.living !== null && (await krillAnswersOn(witness.living.host)),
    (answers) => answers,
    within,
  );
  return Date.now();
}

describe('exactly one Krill, whatever happens', () => {
  test.each<[string, Fault]>((isFull ? allFaults : fewFaults).map((fault) => [fault.name, fault]))(
    '%s',
    async (name, fault) => {
      const scene = await sceneNow();
      await addRoa(scene.krill);
      const before = witness.living;
      const atMs = Date.now();
      await fault.strike(scene);
      if (fault.krill === 'dies') {
        await eventually(
          async () => witness.living,
          (now) => now !== null && now.pid !== before?.pid,
          3 * minuteMs,
        );
      }
      const backMs = await answeredAt(3 * minuteMs);
      await fault.mend(scene);
      const status = await everybodyIsWell();
      const same = witness.living?.pid === before?.pid;
      const { two, looks, writes, late, krills } = witness.testify();
      const diedMs = krills.find(({ pid }) => pid === before?.pid)?.untilMs ?? null;
      const ended = diedMs === null ? 'it lives' : `dead after ${seconds(diedMs - atMs)} s`;
      const answer = same ? '' : `, answering again after ${seconds(backMs - atMs)} s`;
      tell(
        `${name}: ${ended}${answer}; ${writes.length} writes seen, ${looks} looks, two in ${two}`,
      );
      if (fault.krill === 'lives') expect(same).toBe(true);
      expect(late).toEqual([]);
      if (!name.includes('stands still')) expect(two).toBe(0);
      expect(status.nodes[0]?.session).toBe(session);
      await nothingIsLost('h1');
      witness.stop();
      witness = await witnessNow();
    },
  );
});

describe('the power of Krill’s host fails right after its answer', () => {
  test(
    `${counts.powerCuts} times: no acknowledged ROA is lost`,
    async () => {
      for (let cut = 0; cut < counts.powerCuts; cut += 1) {
        const { krill } = await sceneNow();
        const other = hosts.find((host) => host !== krill) ?? 'h1';
        await addRoa(krill);
        await lab.kill(krill);
        await answeredAt(3 * minuteMs);
        await nothingIsLost(other);
        const { two, late } = witness.testify();
        expect({ two, late }).toEqual({ two: 0, late: [] });
        await lab.boot(krill);
        // A host that was started again has a network of its own again.
        witness.stop();
        witness = await witnessNow();
      }
    },
    (1 + counts.powerCuts) * 6 * minuteMs,
  );
});

describe('while the volume hangs', () => {
  test('the agent answers, is ready, and its heartbeats go on', async () => {
    const { krill } = await sceneNow();
    const host = hosts.find((candidate) => candidate !== krill) ?? 'h1';
    const calm = await probeLiveness(cluster.ip(host), counts.hangMs / 4);
    const client = '$(pgrep --full "[p]rocess-name fuse")';
    // Each time that the agent mounts it anew, the new client is stopped as well.
    await lab.sh(host, `kill -STOP ${client}`);
    const again = setInterval(
      () => void lab.tryExec(host, ['sh', '-c', `kill -STOP ${client}`]),
      5000,
    );
    const hung = await probeLiveness(cluster.ip(host), counts.hangMs);
    clearInterval(again);
    await pause(500);
    await lab.sh(host, `kill -CONT ${client} || true`);
    tell(`calm: ${JSON.stringify(calm)}`);
    tell(`hung for ${counts.hangMs / 1000} s: ${JSON.stringify(hung)}`);
    expect(hung.failures).toEqual([]);
    expect(hung.notReady).toBe(0);
    expect(hung.majorityLost).toBe(0);
    expect(hung.medianMs).toBeLessThan(100);
    await everybodyIsWell();
  });
});
