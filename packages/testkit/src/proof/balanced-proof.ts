import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { counts } from '../counts.ts';
import type { LabHost } from '../lab.ts';
import { Balancer, turns } from './balancer.ts';
import type { Cluster } from './cluster.ts';
import { complaintsIn } from './complaints.ts';
import { everyValidation } from './every-validation.ts';
import { Publishing } from './publisher.ts';
import { RelyingParty } from './relying-party.ts';
import { eventually } from './until.ts';

const everyMs = 1000;
/** Of the ROA that is published and withdrawn. */
const comesAndGoes = ' AS64990';
const minuteMs = 60_000;

/** Validators that keep their caches, and never know which node they ask. */
export function describeBalanced(cluster: Cluster, hosts: readonly LabHost[]): void {
  const { lab } = cluster;
  const balancers: Balancer[] = [];
  const parties: RelyingParty[] = [];
  const vrpsOf = async (host: LabHost): Promise<readonly string[]> =>
    (await cluster.validate(host, 'rpki-client', 'rrdp')).vrps;

  describe('HAProxy before the nodes, as the manual has it', () => {
    beforeAll(async () => {
      const access = `access: { balancers: [${cluster.outside}] }`;
      const add = `grep -qxF '${access}' $file || echo '${access}' >>$file`;
      await lab.sh('h1', `file=/etc/krillmanager/krillmanager.yaml; ${add}`);
      await cluster.init();
      for (const turn of turns) balancers.push(await Balancer.start(turn, cluster, hosts));
      for (const { ip } of balancers) {
        for (const { name, transport } of everyValidation(['h1'])) {
          parties.push(new RelyingParty(name, transport, cluster.repositoryAt(ip)));
        }
      }
    }, 2 * minuteMs);

    afterAll(async () => {
      for (const party of parties) party.remove();
      for (const balancer of balancers) await balancer.stop();
    });

    test(
      'no validator finds anything to complain about, while Krill publishes a serial a second',
      async () => {
        const expected = (await vrpsOf('h1')).filter((vrp) => !vrp.endsWith(comesAndGoes));
        const since = (Date.now() / 1000).toFixed(3);
        const publishing = await publish(cluster, hosts);
        const end = Date.now() + counts.balancedMs;
        const runs = await runUntil(end, parties).finally(() => publishing.stop());
        console.log(`${runs.length} runs, ${publishing.published} serials`);
        expect(runs.flatMap(({ complaints }) => complaints)).toEqual([]);
        expect(publishing.published).toBeGreaterThan(1);
        for (const { vrps } of runs) expect([0, 1]).toContain(vrps.length - expected.length);
        for (const host of hosts) {
          await eventually(() => vrpsOf(host), isSame(expected), minuteMs);
          await cluster.rsyncFollows(host);
          expect(await answers(host, since)).toBeGreaterThan(0);
        }
        for (const run of await runUntil(0, parties)) {
          expect(run).toMatchObject({ vrps: expected, complaints: [] });
        }
      },
      counts.balancedMs + 5 * minuteMs,
    );
  });

  /** Requests for files of the repository that a node has answered with content. */
  async function answers(host: LabHost, since: string): Promise<number> {
    const log = await lab.sh(host, `docker logs --since ${since} krillmanager-nginx 2>&1`);
    return log.split('\n').filter((line) => / "GET \/rrdp\/\S+ HTTP\S+ 200 /.test(line)).length;
  }
}

const isSame =
  (expected: readonly string[]) =>
  (vrps: readonly string[]): boolean =>
    vrps.join() === expected.join();

async function publish(cluster: Cluster, hosts: readonly LabHost[]): Promise<Publishing> {
  const ips = hosts.map((host) => cluster.ip(host));
  const [ca, token] = [readFileSync(cluster.authority), await cluster.adminToken()];
  return new Publishing({ ips, ca, token }, everyMs);
}

interface Run {
  readonly vrps: readonly string[];
  /** Each with the name of who complains. */
  readonly complaints: readonly string[];
}

/** Each in turn, again and again, but once at least. */
async function runUntil(end: number, parties: readonly RelyingParty[]): Promise<readonly Run[]> {
  const runs: Run[] = [];
  // No cache is used by two at once.
  const work = async (own: readonly RelyingParty[]): Promise<void> => {
    do for (const party of own) runs.push(await runOnce(party));
    while (Date.now() < end);
  };
  const shares = [0, 1].map((share) => parties.filter((_, at) => at % 2 === share));
  await Promise.all(shares.map(work));
  return runs;
}

async function runOnce(party: RelyingParty): Promise<Run> {
  const { name, transport } = party;
  const { vrps, log } = await party.run();
  const complaints = complaintsIn(name, log);
  return { vrps, complaints: complaints.map((line) => `${name} over ${transport}: ${line}`) };
}
