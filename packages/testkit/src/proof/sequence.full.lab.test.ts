import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { LabHost } from '../lab.ts';
import { Cluster } from './cluster.ts';
import { everyValidation } from './every-validation.ts';
import { smallTestbed } from './small-testbed.ts';
import { eventually } from './until.ts';

const place = { dir: '/var/tmp/krillmanager-lab-sequence', net: '10.65.0', net6: 'fd65::' };
const cluster = new Cluster(place);
const { lab } = cluster;
const roas = smallTestbed.cas * smallTestbed.roas;
const minuteMs = 60_000;

jest.setTimeout(20 * minuteMs);

beforeAll(() => cluster.prepare(['h1', 'h2', 'h3'], smallTestbed.configuration));
afterAll(() => lab.down());

/** Brings about this list from a host that stays, and looks at all that has to be true then. */
async function become(master: LabHost, others: readonly LabHost[]): Promise<void> {
  const argv = cluster.initArgv(others, ['--yes']);
  await lab.exec(master, argv, { deadlineMs: 15 * minuteMs });
  const hosts = [master, ...others].toSorted();
  await allIsWell(hosts);
  await bricksAreRight(master, hosts);
  for (const host of hosts) await cluster.rsyncFollows(host);
  for (const { host, name, transport } of everyValidation(hosts)) {
    const { vrps, log } = await cluster.validate(host, name, transport);
    expect({ host, name, transport, count: vrps.length, log }).toMatchObject({ count: roas });
  }
}

async function allIsWell(hosts: readonly LabHost[]): Promise<void> {
  const status = await eventually(
    () => cluster.status(hosts[0] ?? 'h1'),
    ({ ok }) => ok,
    5 * minuteMs,
  );
  expect(status.nodes.map(({ ip }) => cluster.hostOf(ip)).toSorted()).toEqual(hosts);
}

/** Three copies, all of them on hosts that are there, and nothing left to heal. */
async function bricksAreRight(master: LabHost, hosts: readonly LabHost[]): Promise<void> {
  const info = await lab.sh(master, 'gluster volume info krillmanager');
  const bricks = [...info.matchAll(/^Brick\d+: km-10-65-0-(\d+):/gm)].map(([, at]) => `h${at}`);
  expect(bricks).toHaveLength(3);
  expect(hosts).toEqual(expect.arrayContaining(bricks));
  // Krill may be writing this very moment.
  const heal = () => lab.sh(master, 'gluster volume heal krillmanager info summary');
  const none = (said: string) => said.match(/^Total Number of entries: 0$/gm)?.length === 3;
  await eventually(heal, none, minuteMs);
}

/** No token, no mount, no container, no membership; and the volume lets it in no more. */
async function isRid(host: LabHost, master: LabHost): Promise<void> {
  const left = `docker ps -aq; docker info -f '{{.Swarm.LocalNodeState}}'
    grep -c krillmanager/volume /proc/mounts || true
    find /var/lib/krillmanager/local /var/lib/krillmanager/volume /srv/krillmanager -type f | wc -l`;
  const isEmpty = (text: string): boolean => text.trim().split('\n').join() === 'inactive,0,0';
  await eventually(() => lab.sh(host, left), isEmpty, 3 * minuteMs);
  const ip = cluster.ip(host);
  const [allowed, nodes] = [
    await lab.sh(master, 'gluster volume get krillmanager auth.allow'),
    await lab.sh(
      master,
      'gluster peer status; docker node ls; ls /var/lib/krillmanager/volume/join',
    ),
  ];
  expect(allowed).not.toContain(ip);
  expect(nodes).not.toMatch(new RegExp(`${ip}\\b|km-${ip.replaceAll('.', '-')}\\b|\\b${host}\\b`));
}

describe('nodes come and go', () => {
  test('three', async () => {
    await cluster.init();
    await cluster.trust('h1');
    const published = async () => (await cluster.validate('h1', 'rpki-client', 'rrdp')).vrps;
    await eventually(published, (vrps) => vrps.length === roas, 3 * minuteMs);
    await become('h1', ['h2', 'h3']);
  });

  test('h4 and h5 come', async () => {
    await lab.up(5);
    const peers = [1, 2, 3, 4, 5].map((at) => cluster.ip(`h${at}`)).join();
    await Promise.all((['h4', 'h5'] as const).map((host) => cluster.prepareSlave(host)));
    for (const host of ['h1', 'h2', 'h3', 'h4', 'h5'] as const) {
      await lab.sh(host, `open-cluster-ports --peers=${peers}`);
    }
    await become('h1', ['h2', 'h3', 'h4', 'h5']);
  });

  test('h2 goes', async () => {
    await become('h1', ['h3', 'h4', 'h5']);
    await isRid('h2', 'h1');
  });

  test('the slave on which Krill runs goes; Krill has been moved first', async () => {
    await moveKrillOffTheMaster();
    const { krill } = await cluster.status('h1');
    const host = cluster.hostOf(krill.node ?? '');
    expect(host).not.toBe('h1');
    await become(
      'h1',
      (['h3', 'h4', 'h5'] as const).filter((each) => each !== host),
    );
    await isRid(host, 'h1');
  });

  test('a host that was removed while it had no power leaves by itself when it boots', async () => {
    const { nodes, krill } = await cluster.status('h1');
    const slaves = nodes.filter(({ role }) => role === 'slave').map(({ ip }) => ip);
    const lost = cluster.hostOf(slaves.find((ip) => ip !== krill.node) ?? '');
    await cluster.prepareSlave('h2').catch(() => undefined);
    await lab.kill(lost);
    const staying = slaves.map((ip) => cluster.hostOf(ip)).filter((host) => host !== lost);
    await lab.exec('h1', cluster.initArgv([...staying, 'h2'], ['--yes']), {
      deadlineMs: 15 * minuteMs,
    });
    await lab.boot(lost);
    const serves = `docker ps -q --filter name=krillmanager | wc -l; docker info -f '{{.Swarm.LocalNodeState}}'`;
    await eventually(
      () => lab.sh(lost, serves),
      (text) => text.trim().split('\n').join() === '0,inactive',
      3 * minuteMs,
    );
    expect(await lab.sh(lost, 'mount | grep -c krillmanager/volume || true')).toMatch(/^0/);
    await allIsWell(['h1', ...staying, 'h2' as const].toSorted() as LabHost[]);
  });
});

/** Swarm starts a task where its label is: taken from the master for the while that it needs. */
async function moveKrillOffTheMaster(): Promise<void> {
  const { krill } = await cluster.status('h1');
  if (krill.node !== cluster.ip('h1')) return;
  await lab.sh('h1', 'docker node update --label-rm krill h1 >/dev/null');
  await eventually(
    () => cluster.status('h1'),
    (status) => status.krill.node !== null && status.krill.node !== cluster.ip('h1'),
    5 * minuteMs,
  );
  await lab.sh('h1', 'docker node update --label-add krill=ok h1 >/dev/null');
}
