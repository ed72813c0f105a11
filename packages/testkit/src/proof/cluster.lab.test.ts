import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { counts } from '../counts.ts';
import type { LabHost } from '../lab.ts';
import { describeBalanced } from './balanced-proof.ts';
import { fetchContinuously, fetchNotification } from './client.ts';
import { Cluster, type StatusJson } from './cluster.ts';
import { everyValidation } from './every-validation.ts';
import { describeHeldUpdate } from './held-update.ts';
import { mixNodes } from './mixed-nodes.ts';
import { describeServing } from './serving-proof.ts';
import { eventually } from './until.ts';

const dir = '/var/tmp/krillmanager-lab-proof';
const cluster = new Cluster({ dir, net: '10.60.0', net6: 'fd60::' });
const { lab } = cluster;
const hosts: readonly LabHost[] = ['h1', 'h2', 'h3'];
const minuteMs = 60_000;

jest.setTimeout(5 * minuteMs);

beforeAll(async () => {
  await lab.down();
  await cluster.quickstart();
}, 40 * minuteMs);

afterAll(() => lab.down());

/** Done to a host. */
type Deed = (host: LabHost) => Promise<unknown>;

/** As docker logs takes it; the requests of the validator before were in the same second. */
const now = (): string => (Date.now() / 1000).toFixed(3);
const isWell = (status: StatusJson): boolean => status.ok;
const everybodyIsWell = () => eventually(() => cluster.status('h1'), isWell, 3 * minuteMs);

describe('what Krill was told', () => {
  test.each(everyValidation(hosts))(
    '$host serves it to $name over $transport only',
    async (wanted) => {
      const { host, name, transport } = wanted;
      await cluster.rsyncFollows(host);
      const since = now();
      const { vrps, log } = await cluster.validate(host, name, transport);
      expect({ count: vrps.length, log }).toEqual({ count: 100, log });
      const served = await cluster.served(host, since);
      expect(served[transport]).toBeGreaterThan(0);
      expect(served[transport === 'rrdp' ? 'rsync' : 'rrdp']).toBe(0);
    },
  );

  test('a ROA more, told to any host, is seen on every host, and so is its removal', async () => {
    const added = '10.0.0.0/24 => AS64999';
    await cluster.krillc(
      'h2',
      'roas',
      'update',
      '--ca',
      'benchmark-0',
      '--add',
      '10.0.0.0/24-24 => 64999',
    );
    for (const host of hosts)
      await seen(host, (vrps) => vrps.includes(added) && vrps.length === 101);
    await cluster.krillc(
      'h3',
      'roas',
      'update',
      '--ca',
      'benchmark-0',
      '--remove',
      '10.0.0.0/24-24 => 64999',
    );
    for (const host of hosts)
      await seen(host, (vrps) => !vrps.includes(added) && vrps.length === 100);
  });
});

const seen = (host: LabHost, satisfies: (vrps: readonly string[]) => boolean) =>
  eventually(
    async () => (await cluster.validate(host, 'rpki-client', 'rrdp')).vrps,
    satisfies,
    minuteMs,
  );

describe('the status', () => {
  test.each(hosts)('seen from %s names every node, service and address', async (host) => {
    const status = await cluster.status(host);
    expect(status).toMatchObject({
      ok: true,
      cluster: { epoch: 1 },
      krill: { node: expect.stringMatching(/^10\.60\.0\.[123]$/) },
      uris: { ui: 'https://krill.lab/', rsync: 'rsync://rsync.lab/repo/' },
    });
    expect(status.nodes.map(({ ip, role }) => `${ip} ${role}`)).toEqual([
      '10.60.0.1 master',
      '10.60.0.2 slave',
      '10.60.0.3 slave',
    ]);
    expect(new Set(status.nodes.map(({ serial }) => serial)).size).toBe(1);
    expect(status.services).toEqual([
      { name: 'krill', running: 1, desired: 1 },
      { name: 'nginx', running: 3, desired: 3 },
      { name: 'rsyncd', running: 3, desired: 3 },
      { name: 'krillsync', running: 3, desired: 3 },
    ]);
  });
});

describe('a second init', () => {
  const containers = async (): Promise<readonly string[]> =>
    Promise.all(hosts.map((host) => lab.sh(host, 'docker ps --no-trunc -q | sort')));

  test('plans nothing, restarts nothing', async () => {
    const before = await containers();
    expect(JSON.parse(await cluster.init('--dry-run', '--json'))).toEqual({
      version: 1,
      steps: [],
    });
    expect(await cluster.init()).toContain('Nothing to do');
    expect(await containers()).toEqual(before);
  });

  test('run dry writes nothing, not even a log or a lock', async () => {
    // The agent's heartbeats go on.
    const state =
      'find /etc /run/krillmanager /var/lib/krillmanager/local /var/log/krillmanager -type f -not -path "*/heartbeats/*" -printf "%p %i %T@\\n" | sort';
    const before = await lab.sh('h1', state);
    await cluster.init('--dry-run');
    expect(await lab.sh('h1', state)).toBe(before);
  });

  test('leaves no token behind', async () => {
    expect(await lab.sh('h1', 'ls /var/lib/krillmanager/volume/join')).toBe('');
  });
});

describe('two at once', () => {
  const init = async (host: LabHost) => {
    const argv = ['krillmanager', 'init'];
    return { host, ...(await lab.tryExec(host, argv, { deadlineMs: 2 * minuteMs })) };
  };
  const refused = (runs: readonly Awaited<ReturnType<typeof init>>[]) =>
    runs.find(({ code }) => code === 4);

  test('on two managers: one init works, the other names it and ends with 4', async () => {
    // Two that do not overlap are none at once.
    const runs = await eventually(
      () => Promise.all([init('h1'), init('h2')]),
      (both) => refused(both) !== undefined,
      2 * minuteMs,
    );
    const [loser, winner] = [refused(runs), runs.find(({ code }) => code !== 4)];
    expect(winner?.code).toBe(0);
    expect(loser?.stderr).toMatch(
      new RegExp(`"krillmanager init" \\(process \\d+ on ${winner?.host}, since 20`),
    );
  });

  test('a member is nobody to be recruited', async () => {
    const asked = await lab.tryExec('h2', ['krillmanager', '--slave=1', 'init']);
    expect(asked).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('already a member of a cluster'),
    });
  });
});

describe('a client that takes the notification from one node and the files from others', () => {
  const everybody = hosts.map((host) => cluster.ip(host));
  const mix = async (rounds: number, trouble?: LabHost, begin?: () => Promise<unknown>) => {
    // So that every tree is of a serial that the client sees.
    await Promise.all(hosts.map((host) => cluster.rsyncFollows(host)));
    const token = await cluster.adminToken();
    const ca = readFileSync(`${dir}/shared/ca.pem`);
    const rsyncIps = hosts.filter((host) => host !== trouble).map((host) => cluster.ip(host));
    const inTheMiddle = begin === undefined ? {} : { inTheMiddle: begin };
    const run = { ips: everybody, ca, token, rounds, rsyncIps, ...inTheMiddle };
    const outcome = await mixNodes(run);
    console.log(JSON.stringify(outcome));
    expect(outcome).toMatchObject({ rounds, failures: [] });
    expect(outcome.published).toBeGreaterThan(0);
    return outcome;
  };
  // Not Krill's node: Krill would publish nothing until it runs elsewhere.
  const inTrouble = async (begin: Deed, end: Deed) => {
    const host = await nodeWithoutKrill();
    await mix(counts.mixedRoundsInTrouble, host, () => begin(host)).finally(() => end(host));
  };

  test(
    'finds everything, while Krill publishes a serial a second',
    async () => {
      const { serials, trees } = await mix(counts.mixedRounds);
      expect(serials).toBeGreaterThan(1);
      expect(trees).toBeGreaterThan(0);
      const stat = 'stat -c %Y-%s /var/lib/krillmanager/publish/rrdp/notification.xml';
      const times = () => Promise.all(hosts.map((host) => lab.sh(host, stat)));
      await eventually(times, (all) => new Set(all).size === 1, minuteMs);
    },
    15 * minuteMs,
  );

  const slow = 'docker update --cpus 0.05 krillmanager-krillsync';
  // Docker takes 0 for "as it is".
  const fast = 'docker update --cpus $(nproc) krillmanager-krillsync';
  const drop = `nft add table inet apart
    for way in input output; do nft add chain inet apart $way "{ type filter hook $way priority -5; }"; done
    nft 'add rule inet apart output oifname != lo tcp dport { 24007, 49152-49251 } drop'
    nft 'add rule inet apart input iifname != lo tcp dport { 24007, 49152-49251 } drop'`;

  test.each<[string, Deed, Deed]>([
    ['is slow', (host) => lab.sh(host, slow), (host) => lab.sh(host, fast)],
    [
      'is cut off from the volume',
      (host) => lab.sh(host, drop),
      (host) => lab.sh(host, 'nft delete table inet apart'),
    ],
    ['is cut off from everybody', (host) => lab.cut(host), (host) => lab.join(host)],
    ['loses its power', (host) => lab.kill(host), (host) => lab.boot(host)],
  ])(
    'finds everything while a node %s',
    async (_what, begin, end) => {
      await inTrouble(begin, end);
      await everybodyIsWell();
    },
    15 * minuteMs,
  );
});

describeBalanced(cluster, hosts);

describeServing(cluster, hosts);

describe('a node whose power fails', () => {
  test('costs the others not one failed request, and comes back by itself', async () => {
    const victim = await nodeWithoutKrill();
    const others = hosts.filter((host) => host !== victim);
    const clients = others.map((host) =>
      fetchContinuously(cluster.ip(host), `${dir}/shared/ca.pem`),
    );
    await lab.kill(victim);
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    const results = await Promise.all(clients.map((client) => client.stop()));
    for (const { requests, failures } of results) {
      expect(failures).toEqual([]);
      expect(requests).toBeGreaterThan(50);
    }
    await lab.boot(victim);
    await everybodyIsWell();
  });

  test('serves again also when it can reach no manager', async () => {
    const victim = await nodeWithoutKrill();
    const others = hosts.filter((host) => host !== victim);
    const before = await notification(victim);
    await lab.kill(victim);
    await Promise.all(others.map((host) => lab.cut(host)));
    await lab.boot(victim);
    expect(
      await eventually(
        () => notification(victim),
        () => true,
        minuteMs,
      ),
    ).toBe(before);
    await cluster.rsyncFollows(victim);
    const { vrps } = await cluster.validate(victim, 'rpki-client', 'rsync');
    await Promise.all(others.map((host) => lab.join(host)));
    expect(vrps).toHaveLength(100);
    await everybodyIsWell();
  });
});

const notification = (host: LabHost): Promise<string> =>
  fetchNotification(cluster.ip(host), readFileSync(`${dir}/shared/ca.pem`));

async function nodeWithoutKrill(): Promise<LabHost> {
  const { krill, nodes } = await everybodyIsWell();
  const free = nodes.filter(({ ip, role }) => ip !== krill.node && role === 'slave');
  return cluster.hostOf(free[0]?.ip ?? '');
}

describe("Krill's node, cut off", () => {
  test('hands Krill to another node with the same session; never do two answer', async () => {
    const before = await everybodyIsWell();
    const old = cluster.hostOf(before.krill.node ?? '');
    const others = hosts.filter((host) => host !== old);
    const cutAt = Date.now();
    await lab.cut(old);
    let both = 0;
    const answering = async (): Promise<LabHost | undefined> => {
      const [there, ...elsewhere] = await Promise.all([old, ...others].map(krillAnswersOn));
      const at = others[elsewhere.indexOf(true)];
      if (there === true && at !== undefined) both += 1;
      return at;
    };
    const heir = await eventually(answering, (host) => host !== undefined, 90_000);
    console.log(
      `Krill answered on ${heir} ${((Date.now() - cutAt) / 1000).toFixed(1)} s after the cut of ${old}`,
    );
    await cluster.krillc(
      heir ?? 'h1',
      'roas',
      'update',
      '--ca',
      'benchmark-1',
      '--add',
      '10.0.1.0/24-24 => 64998',
    );
    await lab.join(old);
    for (let polls = 0; polls < 20; polls += 1) await answering();
    expect(both).toBe(0);
    const after = await everybodyIsWell();
    expect(after.nodes[0]?.session).toBe(before.nodes[0]?.session);
    expect(after.krill.node).not.toBe(before.krill.node);
    for (const host of hosts) await seen(host, (vrps) => vrps.includes('10.0.1.0/24 => AS64998'));
  });
});

describeHeldUpdate(cluster);

describe('another list of nodes', () => {
  const newcomers: readonly LabHost[] = ['h4', 'h5'];
  let published: readonly string[];

  beforeAll(async () => {
    published = (await cluster.validate('h1', 'rpki-client', 'rrdp')).vrps;
    expect(published.length).toBeGreaterThan(80);
  });

  test('takes new servers in, and they serve', async () => {
    await lab.up(5);
    for (const host of ['h1', 'h2', 'h3'] as const) await lab.sh(host, openTo(5));
    await Promise.all(newcomers.map((host) => cluster.prepareSlave(host)));
    expect(await cluster.initWith(['h2', 'h3', 'h4', 'h5'])).toContain('5 nodes');
    for (const host of newcomers) {
      await cluster.rsyncFollows(host);
      for (const transport of ['rrdp', 'rsync'] as const) {
        const { vrps } = await cluster.validate(host, 'routinator', transport);
        expect(vrps).toEqual(published);
      }
    }
    await everybodyIsWell();
    const storage = async () => (await cluster.status('h1')).nodes.map((node) => node.storage);
    const arePolled = (all: readonly string[]): boolean => !all.includes('absent');
    const polled = await eventually(storage, arePolled, minuteMs);
    expect(polled).toEqual(['ok', 'ok', 'ok', 'client', 'client']);
  });

  test('removes nobody without consent', async () => {
    const argv = cluster.initArgv(['h3', 'h4', 'h5']);
    const { code, stderr } = await lab.tryExec('h1', argv);
    expect(code).toBe(3);
    expect(stderr).toContain('evict 10.60.0.2: it stops serving and forgets the cluster');
    expect((await cluster.status('h1')).nodes).toHaveLength(5);
  });

  test(
    'moves the copy of a node that goes, and leaves nothing on it',
    async () => {
      const before = await krillTask();
      await cluster.initWith(['h3', 'h4', 'h5'], '--yes');
      await everybodyIsWell();
      // Copies that come and go are nothing to a Krill whose node stays.
      const after = await krillTask();
      expect(after).toBe(before.endsWith(' h2') ? after : before);
      expect(after).not.toMatch(/ h2$/);
      const bricks = await lab.sh('h1', 'gluster volume info krillmanager | grep -c "^Brick[0-9]"');
      expect(bricks.trim()).toBe('3');
      expect(await lab.sh('h1', 'gluster volume info; gluster peer status')).not.toMatch(
        /km-10-60-0-2|10\.60\.0\.2/,
      );
      const left = `docker ps -q; docker info -f '{{.Swarm.LocalNodeState}}'
      ls /var/lib/krillmanager/volume /var/lib/krillmanager/local; ls -d /srv/krillmanager/brick || true`;
      await eventually(
        () => lab.sh('h2', left),
        (text) =>
          text
            .trim()
            .split('\n')
            .filter((line) => !line.endsWith(':') && line !== '')
            .join() === 'inactive',
        minuteMs,
      );
      await cluster.rsyncFollows('h4');
      const { vrps } = await cluster.validate('h4', 'fort', 'rsync');
      expect(vrps).toEqual(published);
    },
    10 * minuteMs,
  );

  test('what Krill publishes afterwards reaches every node', async () => {
    const roa = '10.0.2.0/24-24 => 64997';
    await cluster.krillc('h1', 'roas', 'update', '--ca', 'benchmark-2', '--add', roa);
    for (const host of ['h1', 'h3', ...newcomers] as const)
      await seen(host, (vrps) => vrps.includes('10.0.2.0/24 => AS64997'));
  });
});

/** "ID NODE" of the one that is to run. */
const krillTask = async (): Promise<string> => {
  const format = '{{.ID}} {{.Node}}';
  const argv = ['docker', 'service', 'ps', '-f', 'desired-state=running', '--format', format];
  return (await lab.exec('h1', [...argv, 'krillmanager-krill'])).trim();
};

const openTo = (count: number): string =>
  `open-cluster-ports --peers=${Array.from({ length: count }, (_, at) => `10.60.0.${at + 1}`).join()}`;

/**
 * Asked on the host itself, so that a cut host is heard too. An answer of Krill's own counts: the port
 * of one that was killed stays open while the kernel waits for its last call on the volume to end.
 */
async function krillAnswersOn(host: LabHost): Promise<boolean> {
  const argv = ['curl', '-sk', '-m', '2', '-o', '/dev/null', 'https://127.0.0.1:3000/health'];
  return (await lab.tryExec(host, argv, { deadlineMs: 5000 })).code === 0;
}
