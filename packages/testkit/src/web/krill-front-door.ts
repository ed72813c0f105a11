import { expect, test } from '@jest/globals';
import { krillUid } from '@krillmanager/core';
import { eventually } from '../proof/until.ts';
import type { Scene } from './scene.ts';

const mebibyte = 2 ** 20;
const notification = 'https://rrdp.lab/rrdp/notification.xml';
const isUp = ({ status }: { status: number }): boolean => status === 200;

/** NGINX on the first node, and a real Krill: first nowhere, then on the second node. */
export function krillFrontDoor(scene: () => Scene): void {
  test.each(['', 'health', 'rfc8181/ca/', 'rfc6492/ca/', 'api/v1/authorized'])(
    'without Krill /%s is 503 with Retry-After, and RRDP does not notice',
    async (path) => {
      const { ask } = scene();
      const { status, headers } = await ask(`https://krill.lab/${path}`);
      expect([status, headers['retry-after']]).toEqual([503, '10']);
      expect((await ask(notification)).status).toBe(200);
    },
  );

  test('without Krill a POST is 503, too', async () => {
    const { ask } = scene();
    const curl = ['--data', 'x'];
    expect((await ask('https://krill.lab/rfc8181/ca/', { curl })).status).toBe(503);
  });

  const withKrill = (name: string, body: (scene: Scene) => Promise<void>): void =>
    test(`with Krill ${name}`, async () => {
      await startKrill(scene());
      await body(scene());
    });

  withKrill('its paths are answered, wherever it is', async ({ ask, h1, h2 }) => {
    for (const { ip } of [h1, h2]) {
      expect((await ask('https://krill.lab/health', { ip })).status).toBe(200);
      const { status } = await ask('https://krill.lab/api/v1/authorized', { ip });
      expect([401, 403]).toContain(status);
    }
  });

  withKrill('its metrics and statistics stay inside', async ({ ask, h2 }) => {
    for (const path of [
      'metrics',
      'metrics/',
      '/metrics',
      './metrics',
      '%6detrics',
      'stats/info',
    ]) {
      expect([path, (await ask(`https://krill.lab/${path}`)).status]).toEqual([path, 404]);
    }
    const inside = await h2.sh(`curl -sk https://${h2.ip}:3000/metrics`);
    expect(inside).toContain('krill_server_start');
  });

  withKrill('messages of CAs may be large, all else may not', async ({ ask, h1 }) => {
    await h1.sh(`head -c ${129 * mebibyte} /dev/zero >/root/large`);
    const post = async (path: string, bytes: number): Promise<number> => {
      const script = `head -c ${bytes} /root/large | curl -sk -o /dev/null -w '%{http_code}' -m 50 \
        -H 'Content-Type: application/rpki-publication' -H 'Expect:' --data-binary @- \
        --resolve krill.lab:443:127.0.0.1 https://krill.lab/${path}`;
      return Number(await h1.sh(script));
    };
    // Krill has read them whole before it says that it knows no such publisher, no such CA.
    expect(await post('rfc8181/nobody/', 100 * mebibyte)).toBe(400);
    expect(await post('rfc8181/nobody/', 129 * mebibyte)).toBe(413);
    expect([400, 404]).toContain(await post('rfc6492/nobody/', 10 * mebibyte));
    expect(await post('rfc6492/nobody/', 17 * mebibyte)).toBe(413);
    expect(await post('api/v1/cas', 2 * mebibyte)).toBe(413);
    expect((await ask(notification)).status).toBe(200);
  });

  withKrill('nobody may frame its user interface', async ({ ask }) => {
    expect((await ask('https://krill.lab/')).headers).toMatchObject({
      'content-security-policy': "frame-ancestors 'none'",
      'referrer-policy': 'same-origin',
      'strict-transport-security': 'max-age=63072000',
    });
  });

  withKrill('its interface is for whom the configuration names', async (all) => {
    const { ask, h1, h2, settings, certificates } = all;
    const access = { krill: [`${h1.ip}/32`], balancers: [] };
    await h2.apply({ ...settings, access }, certificates);
    const { ip } = h2;
    const closed = ({ status }: { status: number }) => status === 403;
    await eventually(() => ask('https://krill.lab/health', { ip }), closed, 10_000);
    const curl = ['--data', 'x'];
    expect((await ask('https://krill.lab/rfc8181/nobody/', { ip, curl })).status).not.toBe(403);
    expect((await ask(notification, { ip })).status).toBe(200);
    const fromPeer = `curl -sk -o /dev/null -w '%{http_code}' --resolve krill.lab:443:${ip} https://krill.lab/health`;
    expect(await h1.sh(fromPeer)).toBe('200');
    await h2.apply(settings, certificates);
  });
}

async function startKrill({ ask, h2, certificates }: Scene): Promise<void> {
  if (isUp(await ask('https://krill.lab/health'))) return;
  const { images } = await h2.release();
  await h2.sh(
    `install -d -o ${krillUid} -g ${krillUid} /srv/krill /srv/krill/data /srv/krill/data/ssl`,
  );
  await h2.write('/srv/krill/data/ssl/cert.pem', certificates.krill.certificate);
  await h2.write('/srv/krill/data/ssl/key.pem', certificates.krill.key);
  await h2.write('/srv/krill/krill.conf', krillConfiguration(h2.ip));
  await h2.sh(`chown -R ${krillUid} /srv/krill
    docker run -d --name krill --network host --user ${krillUid}:${krillUid} -v /srv/krill:/var/krill \
      ${images.krill} krill -c /var/krill/krill.conf`);
  await eventually(() => ask('https://krill.lab/health'), isUp, 30_000);
}

const krillConfiguration = (ip: string): string => `
data_dir = "/var/krill/data/"
ip = ["${ip}"]
log_type = "stderr"
pid_file = "/tmp/krill.pid"
unix_socket = "/tmp/krill.sock"
service_uri = "https://krill.lab/"
admin_token = "a-token-for-this-test"
bgp_riswhois_enabled = false
post_limit_rfc8181 = ${128 * mebibyte}
post_limit_rfc6492 = ${16 * mebibyte}
`;
