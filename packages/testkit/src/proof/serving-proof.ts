import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { LabHost } from '../lab.ts';
import { runProgram } from '../run-program.ts';
import type { Cluster } from './cluster.ts';
import { whileAsking } from './undisturbed.ts';
import { eventually } from './until.ts';

/** How long what holds up the cluster is away. */
const awayMs = 8000;
const patienceMs = 180_000;

/** Clients ask every node over both transports all the while; not one request may fail. */
export function describeServing(cluster: Cluster, hosts: readonly LabHost[]): void {
  const { lab } = cluster;
  const everywhere = (script: string) => Promise.all(hosts.map((host) => lab.sh(host, script)));
  const wellAgain = () =>
    eventually(
      () => cluster.status('h1'),
      ({ ok }) => ok,
      patienceMs,
    );

  async function untouched(what: string, work: () => Promise<unknown>): Promise<void> {
    const { requests, failures } = await whileAsking(cluster, hosts, work);
    console.log(`${what}: ${requests} requests, ${failures.length} failed`);
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(50);
    await wellAgain();
  }

  const containers = (part: string): Promise<readonly string[]> =>
    everywhere(`docker inspect -f '{{.Id}}' krillmanager-${part}`);

  describe('not one request fails', () => {
    test('while the configuration changes', async () => {
      const before = await containers('nginx');
      await lab.sh(
        'h1',
        `echo 'rsync: { maxConnections: 199 }' >>/etc/krillmanager/krillmanager.yaml`,
      );
      await untouched('configuration', () => cluster.init());
      expect(await lab.sh('h3', 'cat /var/lib/krillmanager/serving/rsyncd.conf')).toContain(
        'max connections = 199',
      );
      expect(await containers('nginx')).toEqual(before);
    });

    test.each(['nginx', 'rsyncd'])('while %s is replaced, node by node', async (part) => {
      const before = await containers(part);
      await untouched(`another ${part}`, () =>
        lab.exec('h1', ['krillmanager', 'restart', part], { deadlineMs: patienceMs }),
      );
      const after = await containers(part);
      expect(after.filter((id) => before.includes(id))).toEqual([]);
      await eventually(
        () =>
          everywhere('docker ps -a --format "{{.Names}}" | grep -c "[.]old$\\|[.]next$" || true'),
        (counts) => counts.every((count) => count.trim() === '0'),
        patienceMs,
      );
    });

    test('while Docker Swarm is down altogether', async () => {
      const rule = (verb: string) => `iptables -${verb} INPUT -i eth0 -p tcp --dport 2377 -j DROP
        iptables -${verb} INPUT -i eth0 -p tcp --dport 7946 -j DROP; iptables -${verb} INPUT -i eth0 -p udp --dport 7946 -j DROP`;
      await untouched('no Swarm', async () => {
        await everywhere(rule('I'));
        // Its leader notices only after a while that nobody follows.
        const asking = () => lab.tryExec('h1', ['timeout', '5', 'docker', 'node', 'ls']);
        const isDown = ({ code }: { code: number | null }) => code !== 0;
        await eventually(asking, isDown, patienceMs)
          .then(() => pause(awayMs))
          .finally(() => everywhere(rule('D')));
      });
    });

    test('while glusterd is down on every node', async () => {
      await untouched('no glusterd', async () => {
        await everywhere('systemctl stop glusterd');
        await pause(awayMs);
        await everywhere('systemctl start glusterd');
      });
    });

    test('while Krill is down', async () => {
      const scale = (count: number) =>
        lab.sh('h1', `docker service scale -d krillmanager-krill=${count} >/dev/null`);
      await untouched('no Krill', async () => {
        await scale(0);
        await eventually(
          () => cluster.status('h1'),
          ({ krill }) => krill.node === null,
          patienceMs,
        );
        await pause(awayMs);
        await scale(1);
      });
    });
  });

  test('a transfer that began before rsyncd was replaced ends as it should', async () => {
    const slow = ['--recursive', '--bwlimit=20', '--delete', `rsync://${cluster.ip('h1')}/repo/`];
    const target = `${cluster.authority}.transfer`;
    const transfer = runProgram('rsync', [...slow, target], {
      env: process.env,
      deadlineMs: patienceMs,
    });
    await pause(1000);
    await lab.exec('h1', ['krillmanager', 'restart', 'rsyncd'], { deadlineMs: patienceMs });
    expect((await transfer).code).toBe(0);
    await wellAgain();
  });
}
