import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Lab, type LabHost } from '../../testkit/src/lab.ts';

const lab = new Lab({ dir: '/var/tmp/krillmanager-lab-refused', net: '10.66.0', net6: 'fd66::' });
const root = fileURLToPath(new URL('../../..', import.meta.url));
const minuteMs = 60_000;
const hosts: readonly LabHost[] = ['h1', 'h2', 'h3'];
const ip = (host: LabHost): string => `${lab.place.net}.${host.slice(1)}`;
const slaves = [ip('h2'), ip('h3')];

jest.setTimeout(3 * minuteMs);

beforeAll(async () => {
  await lab.down();
  await lab.up(3);
  const [archive = ''] = globSync(`${root}dist/krillmanager-*.tar.gz`);
  await Promise.all(
    hosts.map(async (host) => {
      await lab.push(host, archive, '/root/release.tar.gz');
      await lab.sh(
        host,
        'mkdir /root/release; tar -xzf /root/release.tar.gz -C /root/release; /root/release/*/install',
      );
    }),
  );
}, 10 * minuteMs);
afterAll(() => lab.down(), minuteMs);

/** What `init` would have changed on any of the hosts. */
const traces = `
  docker info --format '{{.Swarm.LocalNodeState}} {{.Containers}}' 2>/dev/null || true
  gluster --mode=script pool list 2>/dev/null | awk '{print $2}' || true
  gluster --mode=script volume list 2>/dev/null || true
  cat /etc/hosts; mount | grep glusterfs || true; find /srv/krillmanager -maxdepth 2 | sort
  systemctl is-enabled krillmanager-agent || true; ls /var/lib/krillmanager/local 2>/dev/null || true`;

const allTraces = () => Promise.all(hosts.map((host) => lab.sh(host, traces)));

/** Exit code and what the operator reads; what differs between runs is masked. */
async function said(host: LabHost, ...argv: readonly string[]): Promise<string> {
  // The hosts' own names are none for the world.
  const program = ['env', 'KRILLMANAGER_DOMAINS=rpki.lab', 'krillmanager'];
  const { code, stdout, stderr } = await lab.tryExec(host, [...program, ...argv]);
  return `exit ${code}\n${stdout}${stderr}`.replaceAll(/\d+ MiB free/g, 'N MiB free');
}

const init = (...options: readonly string[]) => said('h1', 'init', '--private', ...options);
const both = `--slave-ips=${slaves.join(',')}`;

/** Runs what must be refused, and looks that nothing came of it. */
async function refused(run: () => Promise<string>): Promise<string> {
  const before = await allTraces();
  const answer = await run();
  expect(await allTraces()).toEqual(before);
  return answer;
}

describe('a list that cannot be', () => {
  test.each([
    ['itself among its slaves', `--slave-ips=${ip('h1')},${ip('h2')}`],
    ['two nodes', `--slave-ips=${ip('h2')}`],
  ])('%s', async (_what, list) => {
    expect(await refused(() => init(list))).toMatchSnapshot();
  });

  test('given by somebody who is not root', async () => {
    const argv = ['setpriv', '--reuid=65534', '--clear-groups', 'krillmanager', 'init', both];
    const { code, stderr } = await lab.tryExec('h1', argv);
    expect(`exit ${code}\n${stderr}`).toMatchSnapshot();
  });
});

describe('slaves that do not answer', () => {
  test('one that cannot be reached is named at once', async () => {
    const list = `--slave-ips=${ip('h2')},${lab.place.net}.77`;
    expect(await refused(() => init(list))).toMatchSnapshot();
  });

  test('those without an agent are waited for, and named', async () => {
    expect(await refused(() => init(both, '--wait-slaves=2'))).toMatchSnapshot();
  });
});

interface Row {
  readonly what: string;
  readonly on: LabHost;
  readonly make: string;
  readonly mend: string;
  readonly finding: string;
}

/** The agent itself names the peers that its server gets. */
const named = 'until grep -q km-10 /etc/hosts; do sleep 0.2; done';

/** Each row spoils one server; rows of one round do not hide each other. */
const rounds: readonly (readonly Row[])[] = [
  [
    {
      what: 'a Swarm of its own',
      on: 'h2',
      make: 'docker swarm init --advertise-addr 127.0.0.1',
      mend: 'docker swarm leave --force',
      finding: `${ip('h2')} is a member of another Docker Swarm`,
    },
    {
      what: 'data where the brick is to be',
      on: 'h2',
      make: 'mkdir -p /srv/krillmanager/brick/photos',
      mend: 'rm -r /srv/krillmanager/brick',
      finding: `/srv/krillmanager/brick on ${ip('h2')} is not empty`,
    },
    {
      what: 'a port that another program has',
      on: 'h2',
      make: 'systemd-run --quiet --unit=taken python3 -m http.server 443; until ss -ltn | grep -q :443; do sleep 0.1; done',
      mend: 'systemctl stop taken',
      finding: `another program listens on port 443 of ${ip('h2')}`,
    },
    {
      what: 'a Docker that is down',
      on: 'h3',
      make: 'systemctl stop docker.socket docker',
      mend: 'systemctl start docker.socket docker',
      finding: `Docker does not answer on ${ip('h3')}`,
    },
    {
      what: 'a disk that is nearly full',
      on: 'h3',
      make: 'fallocate --length $(($(df --output=avail --block-size=1 /var/lib | tail -1) - 1500000000)) /var/lib/ballast',
      mend: 'rm /var/lib/ballast',
      finding: `${ip('h3')} has only`,
    },
  ],
  [
    {
      what: 'a cluster that it remembers',
      on: 'h2',
      make: `mkdir -p /var/lib/krillmanager/local; echo '{"id":"another","epoch":1}' > /var/lib/krillmanager/local/cluster.json`,
      mend: 'rm /var/lib/krillmanager/local/cluster.json',
      finding: `${ip('h2')} belongs to cluster another`,
    },
    {
      what: 'live-restore',
      on: 'h2',
      make: `echo '{"live-restore":true}' > /etc/docker/daemon.json; systemctl reload docker
        until docker info --format '{{.LiveRestoreEnabled}}' | grep -q true; do sleep 0.1; done`,
      mend: `echo '{"live-restore":false}' > /etc/docker/daemon.json; systemctl reload docker
        until docker info --format '{{.LiveRestoreEnabled}}' | grep -q false; do sleep 0.1; done`,
      finding: `Docker on ${ip('h2')} runs with live-restore`,
    },
    {
      what: 'a glusterd that is down',
      on: 'h3',
      make: 'systemctl stop glusterd',
      mend: 'systemctl start glusterd',
      finding: `glusterd does not answer on ${ip('h3')}`,
    },
  ],
  [
    {
      what: 'a storage pool of its own',
      on: 'h2',
      make: `gluster --mode=script peer probe ${ip('h3')}; ${named}`,
      mend: `gluster --mode=script peer detach ${ip('h3')}`,
      finding: `${ip('h2')} belongs to another storage pool`,
    },
    {
      what: 'the other one of that pool',
      on: 'h3',
      make: named,
      mend: 'true',
      finding: `${ip('h3')} belongs to another storage pool`,
    },
  ],
];

describe('servers that are not ready are all named, each with what to do', () => {
  beforeAll(async () => {
    for (const host of ['h2', 'h3'] as const)
      await lab.exec(host, ['krillmanager', '--slave=1', 'init']);
  });

  test.each(rounds.map((rows) => [rows.map(({ what }) => what).join('; '), rows] as const))(
    '%s',
    async (_what, rows) => {
      for (const { on, make } of rows) await lab.sh(on, make);
      const answer = (await refused(() => init(both))).replace(/^Waiting for .*\n/gm, '');
      for (const { on, mend } of rows) await lab.sh(on, mend);
      for (const { finding } of rows) expect(answer).toContain(finding);
      expect(answer).toMatchSnapshot();
    },
  );

  test('a dry run changes nothing, and finds that now they are', async () => {
    const plan = await refused(() => init(both, '--dry-run'));
    expect(plan).toContain('exit 0\n1. start the agent on');
  });
});

describe('what a slave is told', () => {
  test.each([
    [['--slave=1', '--master=here', 'init']],
    [['--slave=1', '--join-secret-file=/etc/hostname', 'init']],
  ])('%j', async (argv) => {
    expect(await refused(() => said('h2', ...argv))).toMatchSnapshot();
  });

  test('to let in one master only: its ports are closed to others', async () => {
    await lab.exec('h2', ['krillmanager', '--slave=1', `--master=${ip('h1')}`, 'init']);
    const tried = await Promise.all(
      (['h1', 'h3'] as const).map((host) =>
        lab.tryExec(host, ['timeout', '2', 'bash', '-c', `</dev/tcp/${ip('h2')}/24007`]),
      ),
    );
    expect(tried.map(({ code }) => code)).toEqual([0, 124]);
  });
});
