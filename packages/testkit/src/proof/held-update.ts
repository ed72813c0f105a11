import { beforeAll, describe, expect, test } from '@jest/globals';
import type { HeldUpdate } from '@krillmanager/core';
import type { LabHost } from '../lab.ts';
import type { Cluster } from './cluster.ts';
import { eventually } from './until.ts';

const patienceMs = 60_000;
/** A CA of the test bed, with its manifest, its CRL and ten ROAs, which are all of its network. */
const victim = { ca: 'benchmark-9', network: '10.0.9.' } as const;
const noticed =
  /^an update is held: serial \d+ would remove 1\d of \d+ objects, .*benchmark-9.*; see whether Krill is right, then "krillmanager accept"$/;

/** Krill takes a whole CA away: no client sees that before a person has agreed. */
export function describeHeldUpdate(cluster: Cluster): void {
  const { lab } = cluster;
  let hosts: readonly LabHost[];
  let before: readonly string[];
  let serial: number;

  const accept = (host: LabHost, ...options: readonly string[]) =>
    lab.tryExec(host, ['krillmanager', 'accept', ...options]);
  const nodes = async () => (await cluster.status('h1')).nodes;
  const vrpsOn = async (host: LabHost): Promise<readonly string[]> =>
    (await cluster.validate(host, 'rpki-client', 'rrdp')).vrps;

  /** Every node serves what it served, and says that there is something else. */
  async function isHeld(): Promise<void> {
    for (const { serial: shown, problems } of await nodes()) {
      // A busy machine's Swarm may be without a leader for a moment: that is told beside it.
      expect(problems).toContainEqual(expect.stringMatching(noticed));
      expect(shown).toBe(serial);
    }
  }

  describe('an update that removes a whole CA', () => {
    beforeAll(async () => {
      const found = await nodes();
      hosts = found.map(({ ip }) => cluster.hostOf(ip));
      serial = found[0]?.serial ?? 0;
      before = await vrpsOn('h1');
      await cluster.krillc('h1', 'pubserver', 'publishers', 'remove', '--publisher', victim.ca);
      const isNoticed = (all: typeof found) =>
        all.every(({ problems }) => problems.some((problem) => noticed.test(problem)));
      await eventually(nodes, isNoticed, patienceMs);
    }, 3 * patienceMs);

    test('is held on all nodes: relying parties see no change, and status says what to do', async () => {
      await isHeld();
      for (const host of hosts) expect(await vrpsOn(host)).toEqual(before);
      const { code, stdout } = await lab.tryExec('h1', ['krillmanager', 'status']);
      expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('is held') });
    });

    test('stays held when acceptance is only tried, or not confirmed', async () => {
      const dry = await accept('h1', '--dry-run', '--json');
      const { accepted, held } = JSON.parse(dry.stdout) as { accepted: boolean; held: HeldUpdate };
      expect([dry.code, accepted]).toEqual([0, false]);
      expect(held.points).toEqual([expect.stringContaining(victim.ca)]);
      const asked = await accept('h1');
      expect(asked).toMatchObject({ code: 3, stderr: expect.stringContaining(victim.ca) });
      await isHeld();
    });

    test('is shown by all nodes once it was accepted on one of them', async () => {
      const accepted = await accept(hosts.at(-1) ?? 'h1', '--yes', '--json');
      expect(accepted).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('"accepted":true'),
      });
      const shown = new Set((await nodes()).map((node) => node.serial));
      expect(Math.min(...[...shown].map(Number))).toBeGreaterThan(serial);
      const left = before.filter((vrp) => !vrp.startsWith(victim.network));
      expect(left).toHaveLength(before.length - 10);
      for (const host of hosts) expect(await vrpsOn(host)).toEqual(left);
      expect(await accept('h1')).toMatchObject({ code: 0, stdout: 'Nothing is held.\n' });
    });
  });
}
