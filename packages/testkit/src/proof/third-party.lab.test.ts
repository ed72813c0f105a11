import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { LabHost } from '../lab.ts';
import { Cluster } from './cluster.ts';
import { eventually } from './until.ts';

const place = { dir: '/var/tmp/krillmanager-lab-third-party', net: '10.64.0', net6: 'fd64::' };
const cluster = new Cluster(place);
const { lab } = cluster;
const hosts: readonly LabHost[] = ['h1', 'h2', 'h3'];
const configuration = `domains: { krill: krill.lab, rrdp: rrdp.lab, rsync: rsync.lab }
krill: { mode: third-party, ca: example }
tls: { mode: private }
`;

jest.setTimeout(10 * 60_000);

beforeAll(() => cluster.prepare(hosts, configuration));
afterAll(() => lab.down());

/** What NGINX of a host answers, without its body. */
const asked = (host: LabHost, name: string, path: string): Promise<string> =>
  lab.sh(
    host,
    `curl -sk -o /dev/null -w '%{http_code}' --resolve ${name}:443:127.0.0.1 https://${name}${path}`,
  );

describe("a CA that publishes in a third party's repository", () => {
  test('is made, with the two requests that its operator passes on', async () => {
    const summary = await cluster.init();
    expect(summary).toContain('<publisher_request');
    expect(summary).toContain('<child_request');
    expect(summary).toContain('krillc repo configure --ca example --response FILE');
    expect(summary).not.toContain('rsync://');
    expect(await cluster.init('--dry-run')).toContain('nothing to do');
  });

  test('is all that status counts: no rsyncd, no krillsync, no content', async () => {
    const status = await eventually(
      () => cluster.status('h3'),
      ({ ok }) => ok,
      120_000,
    );
    expect(status.services).toEqual([
      { name: 'krill', running: 1, desired: 1 },
      { name: 'nginx', running: 3, desired: 3 },
    ]);
    expect(status.uris).toMatchObject({ ui: 'https://krill.lab/', rrdp: null, rsync: null });
  });

  test.each(hosts)(
    '%s is ready, gives Krill to who asks, and serves no publication',
    async (host) => {
      expect(JSON.parse(await lab.sh(host, 'curl -s http://127.0.0.1:9655/ready'))).toMatchObject({
        ready: true,
        problems: [],
      });
      expect(await asked(host, 'krill.lab', '/health')).toBe('200');
      for (const name of ['krill.lab', 'rrdp.lab']) {
        expect(await asked(host, name, '/rrdp/notification.xml')).toBe('404');
      }
      expect((await lab.tryExec(host, ['rsync', 'rsync://127.0.0.1/'])).code).not.toBe(0);
      expect(await cluster.krillc(host, 'list')).toContain('example');
    },
  );

  test('stays ready while Krill is away', async () => {
    const scale = (count: number) =>
      lab.sh('h1', `docker service scale -d krillmanager-krill=${count} >/dev/null`);
    await scale(0);
    await eventually(
      () => asked('h2', 'krill.lab', '/health'),
      (code) => code === '503',
      60_000,
    );
    expect(await lab.sh('h2', 'curl -s http://127.0.0.1:9655/ready')).toContain('"ready":true');
    await scale(1);
    await eventually(
      () => cluster.status('h1'),
      ({ ok }) => ok,
      120_000,
    );
  });
});
