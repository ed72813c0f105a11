import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { cachingView, parseConfiguration } from '@krillmanager/core';
import { eventually } from '../proof/until.ts';
import { type Answer, fetched } from './fetched.ts';
import type { Scene } from './scene.ts';
import { renderTemplate } from './serving-node.ts';

/** Two caches on the second node, with the first one as their origin. */
const caches = ['ours', 'varnish'] as const;
type Cache = (typeof caches)[number];

const ports = { ours: 8443, varnish: 6081, tlsOfVarnish: 6082 } as const;
const pollMs = 1000;
const giveUpMs = 90_000;
const oursKeepsMs = 30_000;

/** Milliseconds until each showed a serial that the origin showed. */
export type Freshness = Readonly<Record<Cache, number>>;

const configuration = `
domains: { krill: krill.lab, rrdp: rrdp.lab, rsync: rsync.lab }
tls: { mode: own, certificate: /serving/tls/server.pem, key: /serving/tls/server.key }
ports: { http: 8080, https: ${ports.ours} }
publication:
  mode: caching
  origin: https://rrdp.lab/rrdp/
  originAuthority: /serving/tls/authority.pem
  cacheDirectory: /tmp/rrdp
`;

/** Varnish speaks no TLS to its origin; HAProxy does that for it, and keeps nothing. */
const tlsOfVarnish = (origin: string): string => `
global
  maxconn 200
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
listen origin
  bind 127.0.0.1:${ports.tlsOfVarnish}
  http-request set-header Host rrdp.lab
  server origin ${origin}:443 ssl verify required ca-file /var/lib/krillmanager/serving/tls/authority.pem sni str(rrdp.lab) verifyhost rrdp.lab
`;

/** What HAProxy in the origin's place does with each request; the last one is never to answer. */
const failures = [500, 502, 503, 504, 403, 404, 429]
  .map((status) => `http-request return status ${status}`)
  .concat('http-request tarpit');

const failingOriginPort = 9446;
const failingCachePort = 8445;
const failingCertificate = '/srv/caching/origin-pair.pem';

/** As the real one when it has no rule. */
const failingConfiguration = (origin: string, rule: string): string => `
global
  maxconn 200
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout tarpit 60s
frontend failing
  bind 127.0.0.1:${failingOriginPort} ssl crt ${failingCertificate}
  ${rule}
  default_backend origin
backend origin
  http-request set-header Host rrdp.lab
  server origin ${origin}:443 ssl verify none sni str(rrdp.lab)
`;

/** One more cache of ours on the second node, whose origin fails as it is told to. */
function failingOrigin({ h1, h2 }: Scene) {
  const tls = '/var/lib/krillmanager/serving/tls';
  const fail = async (rule: string) => {
    await h2.write('/srv/caching/failing.cfg', failingConfiguration(h1.ip, rule));
    await h2.sh(`systemctl stop failing-origin 2>/dev/null || true
      systemd-run --quiet --collect --unit=failing-origin haproxy -db -f /srv/caching/failing.cfg
      for i in $(seq 100); do
        ! bash -c ': </dev/tcp/127.0.0.1/${failingOriginPort}' 2>/dev/null || exit 0
        sleep 0.1
      done; exit 1`);
  };
  const ask = (path = notification) =>
    fetched(`https://rrdp.lab:${failingCachePort}${path}`, {
      ip: h2.ip,
      curl: ['--insecure'],
    });
  const start = async () => {
    const { images } = await h2.release();
    await h2.sh(`cat ${tls}/server.pem ${tls}/server.key >${failingCertificate}
      sed 's#server rrdp.lab:443 #server 127.0.0.1:${failingOriginPort} #; s#${ports.ours}#${failingCachePort}#; s#8080#8083#; s#/tmp/rrdp#/tmp/failing#' \
        /srv/caching/nginx.conf >/srv/caching/failing.conf`);
    await fail('');
    await h2.sh(`docker run -d --name failing --network host --read-only --tmpfs /run \
      --tmpfs /tmp:mode=1777 --tmpfs /var/lib/nginx \
      -v /srv/caching:/caching:ro -v /var/lib/krillmanager/serving:/serving:ro \
      ${images.nginx} nginx -e stderr -c /caching/failing.conf -g 'daemon off;'`);
    await eventually(
      () => ask(),
      ({ status }) => status === 200,
      30_000,
    );
  };
  const stop = () => h2.sh('docker rm -f failing; systemctl stop failing-origin');
  return { start, ask, fail, stop };
}

const answerWithout = ({ status, headers }: Answer) =>
  [status, headers['retry-after'], headers['cache-control']] as const;

/** For what is not here: the origin's no is passed on, its trouble is ours to tell. */
function expectedOf(how: string): ReturnType<typeof answerWithout> {
  const refused = [403, 404, 429].find((status) => how.endsWith(String(status)));
  return refused === undefined ? [503, '30', 'no-store'] : [refused, undefined, 'no-store'];
}

export async function startCaches({ h1, h2 }: Scene): Promise<void> {
  const view = cachingView(
    parseConfiguration({ file: { name: 'caching.yaml', text: configuration } }),
  );
  await h2.sh('install -d /srv/caching');
  await h2.write('/srv/caching/nginx.conf', renderTemplate('nginx-caching.conf', view));
  await h2.write('/srv/caching/haproxy.cfg', tlsOfVarnish(h1.ip));
  const { images } = await h2.release();
  await h2.sh(`docker run -d --name caching --network host --read-only --tmpfs /run --tmpfs /tmp:mode=1777 \
      --tmpfs /var/lib/nginx --add-host rrdp.lab:${h1.ip} \
      -v /srv/caching:/caching:ro -v /var/lib/krillmanager/serving:/serving:ro \
      ${images.nginx} nginx -e stderr -c /caching/nginx.conf -g 'daemon off;'
    systemd-run --quiet --unit=cdn-tls haproxy -db -f /srv/caching/haproxy.cfg
    systemd-run --quiet --unit=cdn-varnish varnishd -F -n /tmp/varnish -a :${ports.varnish} \
      -b 127.0.0.1:${ports.tlsOfVarnish} -s malloc,64m`);
  const up = ({ status }: Answer) => status === 200;
  for (const cache of caches) {
    await eventually(() => through({ h2 }, cache, notification), up, 30_000);
  }
}

const notification = '/rrdp/notification.xml';

const through = ({ h2 }: Pick<Scene, 'h2'>, cache: Cache, path: string): Promise<Answer> => {
  const scheme = cache === 'ours' ? 'https' : 'http';
  return fetched(`${scheme}://rrdp.lab:${ports[cache]}${path}`, {
    ip: h2.ip,
    curl: ['--insecure'],
  });
};

const serialOf = ({ body }: Answer): number => Number(/ serial="(\d+)"/.exec(body)?.[1]);

/** Publishes once more, when both caches have just taken what was there. */
export async function watchFreshness(scene: Scene): Promise<Freshness> {
  const { publication, ask } = scene;
  for (const cache of caches) await through(scene, cache, notification);
  await publication.next(3);
  const { serial } = publication.repository;
  const isNew = (answer: Answer): boolean => serialOf(answer) === serial;
  await eventually(() => ask(`https://rrdp.lab${notification}`), isNew, 30_000);
  const since = Date.now();
  const [ours, varnish] = await Promise.all(
    caches.map(async (cache) => {
      while (!isNew(await through(scene, cache, notification))) {
        if (Date.now() - since > giveUpMs) break;
        await sleep(pollMs);
      }
      return Date.now() - since;
    }),
  );
  return { ours: ours ?? giveUpMs, varnish: varnish ?? giveUpMs };
}

/** What caches in front make of our headers, and our own cache of an origin. */
export function cachesInFront(scene: () => Scene, freshness: () => Promise<Freshness>): void {
  test('show a new serial within a minute', async () => {
    const seen = await freshness();
    console.log(`a new serial after ${seen.ours} ms (ours), ${seen.varnish} ms (Varnish)`);
    for (const cache of caches) expect(seen[cache]).toBeLessThan(60_000 + 3 * pollMs);
  });

  test.each(caches)('%s has the files of this serial and of those before', async (cache) => {
    const { publication, ask } = scene();
    for (const path of publication.repository.paths) {
      const [there, here] = [
        await ask(`https://rrdp.lab/rrdp/${path}`),
        await through(scene(), cache, `/rrdp/${path}`),
      ];
      expect(here).toMatchObject({ status: 200, body: there.body });
      expect(here.headers['cache-control']).toBe('public, max-age=86400, immutable');
      expect(here.headers['last-modified']).toBe(there.headers['last-modified']);
    }
  });

  test.each(caches)('%s does not remember that a file was not there', async (cache) => {
    const { h1, publication } = scene();
    const path = `/rrdp/${publication.repository.session}/${cache === 'ours' ? 901 : 902}/ab/delta.xml`;
    expect((await through(scene(), cache, path)).status).toBe(404);
    await h1.sh(
      `f=/var/lib/krillmanager/publish${path}; mkdir -p "$(dirname $f)"; echo '<delta/>' >$f`,
    );
    expect(await through(scene(), cache, path)).toMatchObject({ status: 200, body: '<delta/>\n' });
  });

  test.each(['?x', '?0'])('ours refuses the query string %s', async (query) => {
    expect((await through(scene(), 'ours', notification + query)).status).toBe(404);
  });

  test.each(['/rrdp/.krillsync/0.xml', '/rrdp/a/../../x.xml', '/other.xml', '/rrdp/x.txt', '/'])(
    'ours asks nobody for %s',
    async (path) => {
      const { h1 } = scene();
      const before = await h1.sh(
        'docker logs krillmanager-nginx 2>&1 | grep -c krillmanager-caching',
      );
      expect((await through(scene(), 'ours', path)).status).toBe(404);
      const after = await h1.sh(
        'docker logs krillmanager-nginx 2>&1 | grep -c krillmanager-caching',
      );
      expect(after).toBe(before);
    },
  );

  test('ours bridges an outage of the origin, and says what it cannot', async () => {
    const { h1, publication } = scene();
    const [snapshot = ''] = publication.repository.paths;
    const before = await through(scene(), 'ours', notification);
    await h1.sh('docker stop krillmanager-nginx');
    await sleep(oursKeepsMs + 1000);
    for (const _ of [1, 2, 3]) {
      const { status, body } = await through(scene(), 'ours', notification);
      expect([status, body]).toEqual([200, before.body]);
    }
    expect((await through(scene(), 'ours', `/rrdp/${snapshot}`)).status).toBe(200);
    const missing = await through(scene(), 'ours', '/rrdp/never/asked/for.xml');
    expect([
      missing.status,
      missing.headers['retry-after'],
      missing.headers['cache-control'],
    ]).toEqual([503, '30', 'no-store']);
    await h1.sh('docker start krillmanager-nginx');
    await publication.next(1);
    const { serial } = publication.repository;
    const isNew = (answer: Answer): boolean => serialOf(answer) === serial;
    await eventually(() => through(scene(), 'ours', notification), isNew, 60_000);
  }, 180_000);

  test('ours asks the origin once for what many clients want at once', async () => {
    const { h1, h2, publication } = scene();
    const path = `/rrdp/${publication.repository.session}/903/ab/delta.xml`;
    await h1.sh(
      `f=/var/lib/krillmanager/publish${path}; mkdir -p "$(dirname $f)"; echo '<delta/>' >$f`,
    );
    const uri = `https://rrdp.lab:${ports.ours}${path}`;
    const codes = await h2.sh(`for i in $(seq 20); do
        curl -sk -o /dev/null -w '%{http_code}\\n' --resolve rrdp.lab:${ports.ours}:127.0.0.1 ${uri} &
      done; wait`);
    expect(codes).toBe('200\n'.repeat(20));
    const requests = `docker logs krillmanager-nginx 2>&1 | grep -F ${path} | grep -c krillmanager-caching || true`;
    const asked = await eventually(
      () => h1.sh(requests),
      (count) => count !== '0\n',
      10_000,
    );
    expect(asked).toBe('1\n');
  });

  test('ours serves what it has, however the origin fails', async () => {
    const failing = failingOrigin(scene());
    await failing.start();
    const before = await failing.ask();
    expect(before).toMatchObject({ status: 200, body: expect.stringContaining('<notification') });
    await sleep(oursKeepsMs + 1000);
    for (const how of failures) {
      await failing.fail(how);
      const { status, body } = await failing.ask();
      expect({ how, status, body }).toEqual({ how, status: 200, body: before.body });
      const missing = await failing.ask('/rrdp/never/asked/for.xml');
      expect({ how, answer: answerWithout(missing) }).toEqual({ how, answer: expectedOf(how) });
    }
    await failing.stop();
  }, 180_000);

  test('ours does not believe an origin with another certificate', async () => {
    const { h1, h2 } = scene();
    const { images } = await h2.release();
    const run = `docker run --rm --network host --add-host rrdp.lab:${h1.ip} -v /srv/caching:/caching:ro`;
    await h2.sh(`sed 's#authority.pem#server.pem#; s#8443#8444#; s#8080#8081#; s#9443#9444#; s#/tmp/rrdp#/tmp/other#' /srv/caching/nginx.conf >/srv/caching/doubting.conf
      ${run} -d --name doubting --tmpfs /run --tmpfs /tmp:mode=1777 --tmpfs /var/lib/nginx \
        -v /var/lib/krillmanager/serving:/serving:ro ${images.nginx} nginx -e stderr -c /caching/doubting.conf -g 'daemon off;'`);
    const uri = `https://rrdp.lab:8444${notification}`;
    const asked = { ip: h2.ip, curl: ['--insecure'] };
    const answer = await eventually(
      () => fetched(uri, asked),
      () => true,
      20_000,
    );
    expect(answer.status).toBe(503);
    await h2.sh('docker rm -f doubting');
  });
}
