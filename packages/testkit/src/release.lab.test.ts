import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Lab } from './lab.ts';
import { runProgram } from './run-program.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const lab = new Lab({ dir: '/var/tmp/krillmanager-lab-release', net: '10.57.0', net6: 'fd57::' });
const minuteMs = 60_000;
const version = (json(`${root}package.json`) as { version: string }).version;
const unpacked = `/root/krillmanager-${version}`;
const archive = `${root}dist/krillmanager-${version}.tar.gz`;

type Images = Readonly<Record<'krill' | 'nginx' | 'rsyncd' | 'krillsync', string>>;
let images: Images;

jest.setTimeout(minuteMs);

beforeAll(async () => {
  await run('scripts/build', [], 15 * minuteMs);
  await lab.down();
  await lab.up(1);
  await lab.push('h1', archive, '/root/release.tar.gz');
  await h1('tar -xzf /root/release.tar.gz -C /root');
  images = (JSON.parse(await h1(`cat ${unpacked}/images.json`)) as { images: Images }).images;
}, 20 * minuteMs);

afterAll(() => lab.down());

describe('what is only unpacked', () => {
  test('makes the configuration of an NGINX that caches', async () => {
    const wanted = `domains: rrdp.example.net
tls: { mode: own, certificate: /etc/ssl/a.pem, key: /etc/ssl/a.key }
publication: { mode: caching, origin: "https://ps.example.net/rrdp/" }`;
    const made = await h1(`echo '${wanted}' >/root/caching.yaml
      ${unpacked}/krillmanager config nginx --config=/root/caching.yaml`);
    expect(made).toContain('proxy_pass https://origin/rrdp/notification.xml;');
  });
});

describe('the install script', () => {
  const install = `${unpacked}/install`;
  const state = 'find /opt /usr/local /etc/systemd -printf "%p %i %T@ %l\\n" | sort | sha256sum';

  test('says what it would do and changes nothing when run dry', async () => {
    const before = await h1(state);
    expect(await h1(`${install} --dry-run`)).toContain('/usr/local/sbin/krillmanager → /opt/');
    expect(await h1(state)).toBe(before);
  });

  test('names everything that lacks at once, with the command that brings it', async () => {
    const script = `mkdir /root/few; for p in bash dirname od uname awk paste sort sed id head tr cut cat; do ln -s "$(command -v $p)" /root/few; done
      PATH=/root/few ${install}`;
    const { code, stderr } = await lab.tryExec('h1', ['bash', '-c', script]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/missing: .*dockerd.*glusterd.*openssl.*nft/);
    expect(stderr).toMatch(/apt-get install .*docker\.io .*glusterfs-server .*nftables/);
  });

  test('refuses images that are not those of the release', async () => {
    await h1(`cp -r ${unpacked} /root/damaged; printf x >>/root/damaged/images.tar`);
    const { code, stderr } = await lab.tryExec('h1', ['/root/damaged/install']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('images.tar is not the one')]);
    await h1('rm -r /root/damaged');
  });

  test('brings krillsync alone, where neither Docker nor GlusterFS is', async () => {
    const programs = `bash dirname od uname awk paste sort sed id head tr cut cat cmp cp chown chmod
      sync mv ln readlink flock mkdir rm basename openssl`;
    const alone = 'PATH=/root/alone /bin/bash';
    await h1(`mkdir /root/alone
      for p in ${programs.replace(/\s+/g, ' ')}; do ln -s "$(command -v $p)" /root/alone; done`);
    const units = await h1('ls /etc/systemd/system');
    await h1(`${alone} ${install} --krillsync-only`);
    expect(await h1('ls /opt/krillmanager/current/')).toBe(
      'krillmanager\nkrillsync.1\nrelease.json\n',
    );
    expect(await h1('krillsync --help')).toMatch(/^Usage: krillsync /);
    expect(await h1('ls /usr/local/sbin')).not.toContain('krillmanager');
    expect(await h1('head -1 /usr/local/share/man/man1/krillsync.1')).toMatch(/^\.TH KRILLSYNC 1/);
    expect(await h1('ls /etc/systemd/system')).toBe(units);
    const before = await h1(state);
    expect(await h1(`${alone} ${install} --krillsync-only`)).toContain('is installed already');
    expect(await h1(state)).toBe(before);
    await h1(
      'rm -r /opt/krillmanager /usr/local/sbin/krillsync /usr/local/share/man/man1/krillsync.1',
    );
  });

  test('brings the release, its commands and its units, and starts nothing', async () => {
    await h1(install);
    const release = (await h1('readlink /opt/krillmanager/current')).trim();
    expect(release).toMatch(new RegExp(`^${version}-[0-9a-f]{12}$`));
    expect(await h1(`sha256sum </opt/krillmanager/current/krillmanager`)).toMatch(
      new RegExp(`^${release.slice(-12)}`),
    );
    for (const name of ['krillmanager', 'krillc', 'krillsync', 'open-cluster-ports']) {
      expect(await h1(`readlink /usr/local/sbin/${name}`)).toBe(
        '/opt/krillmanager/current/krillmanager\n',
      );
    }
    expect(await h1('readlink /usr/local/share/man/man1/krillsync.1')).toBe(
      '/opt/krillmanager/current/krillsync.1\n',
    );
    expect(await h1('systemctl show -p LoadState,ActiveState krillmanager-agent')).toBe(
      'LoadState=loaded\nActiveState=inactive\n',
    );
  });

  test('brings one executable that knows by which name it is called', async () => {
    expect(await h1('krillmanager --help')).toMatch(/^Usage: krillmanager /);
    expect(await h1('krillsync --help')).toMatch(/^Usage: krillsync /);
    expect(await h1('krillmanager version')).toContain(version);
  });

  test('changes nothing the second time', async () => {
    const before = await h1(state);
    expect(await h1(install)).toContain('is installed already');
    expect(await h1(state)).toBe(before);
  });

  test('does not put krillsync alone in the place of all', async () => {
    const { code, stderr } = await lab.tryExec('h1', [install, '--krillsync-only']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('the whole of Krill Manager')]);
  });

  test('keeps the previous release and removes older ones', async () => {
    await h1('mkdir /opt/krillmanager/0.8.0-aaaaaaaaaaaa /opt/krillmanager/0.9.0-bbbbbbbbbbbb');
    await h1('ln -sfn 0.9.0-bbbbbbbbbbbb /opt/krillmanager/current');
    await h1(install);
    expect((await h1('ls /opt/krillmanager')).split('\n')).toEqual([
      '0.9.0-bbbbbbbbbbbb',
      expect.stringMatching(/-[0-9a-f]{12}$/),
      'current',
      '',
    ]);
  });
});

describe('an image', () => {
  const names = ['krill', 'nginx', 'rsyncd', 'krillsync'] as const;
  const pinned = () => json(`${root}docker/images.lock.json`) as { upstream: { krill: string } };

  beforeAll(() => h1(`docker load -qi ${unpacked}/images.tar`));

  /** Without network, capabilities or a writable root. */
  const inside = (name: (typeof names)[number], command: string) =>
    h1(
      `docker run --rm --network none --read-only --cap-drop ALL --security-opt no-new-privileges \
         --entrypoint /bin/sh ${images[name]} -c '${command}' 2>&1`,
    );

  test('runs its program, in the version that the lock file pins', async () => {
    const { upstream } = pinned();
    expect(await inside('krill', 'krill --version')).toBe(`Krill ${upstream.krill}\n`);
    expect(await inside('krill', 'krillc --version')).toBe(`krill ${upstream.krill}\n`);
    expect(await inside('nginx', 'nginx -v')).toMatch(/^nginx version: nginx\/1\.\d+\.\d+\n$/);
    expect(await inside('rsyncd', 'rsync --version')).toMatch(/^rsync +version 3\./);
    expect(await inside('krillsync', 'rpki-client -V')).toMatch(/^rpki-client-portable \d/);
  });

  test('has the user that files on the volume belong to', async () => {
    expect(await inside('krill', 'id -u; id -g')).toBe('1012\n1012\n');
    expect(await inside('krillsync', 'id -u; id -g')).toBe('1013\n1013\n');
  });

  test.each(names)(
    '%s: no program gains privileges, nothing is left from building',
    async (name) => {
      expect(await inside(name, 'find / -xdev -type f -perm /6000 2>/dev/null || true')).toBe('');
      expect(
        await inside(
          name,
          'find /tmp /var/tmp /var/cache /var/log /var/lib/apt/lists -type f 2>/dev/null || true',
        ),
      ).toMatch(/^(\/var\/lib\/apt\/lists\/lock\n)?$/);
      expect(
        await inside(name, 'ls -d /root/.*history /etc/apt/sources.list* 2>/dev/null || true'),
      ).toBe('');
    },
  );

  test('NGINX serves read-only with three capabilities, and is seen as healthy', async () => {
    await h1(
      `mkdir -p /srv/nginx && cat >/srv/nginx/nginx.conf <<'CONF'
      user www-data;
      pid /run/nginx.pid;
      events {}
      http {
        access_log /dev/stdout;
        server { listen 127.0.0.1:9656; location = /healthz { return 200; } }
      }`.replace(/$/, '\nCONF'),
    );
    await h1(`docker run -d --name nginx --network host --read-only --tmpfs /run --cap-drop ALL \
      --cap-add NET_BIND_SERVICE --cap-add SETUID --cap-add SETGID --security-opt no-new-privileges \
      -v /srv/nginx:/serving:ro --health-interval 1s ${images.nginx} nginx -c /serving/nginx.conf -g 'daemon off;'`);
    await isHealthy('nginx');
    expect(await h1('docker logs nginx')).toContain('"GET /healthz HTTP/1.0" 200');
  });

  test('krillsync is well while it says so, and not when it says nothing any more', async () => {
    const check = async (json: string, writtenSecondsAgo: number) => {
      await h1(`mkdir -p /srv/krillsync && echo '${json}' >/srv/krillsync/health.json
        touch -d '-${writtenSecondsAgo} seconds' /srv/krillsync/health.json`);
      const mount = ['-v', '/srv/krillsync:/publish/state:ro'];
      const argv = ['docker', 'run', '--rm', '--network=none', ...mount, images.krillsync];
      const { code, stdout } = await lab.tryExec('h1', [...argv, 'healthcheck', '/publish/state']);
      return { code, stdout };
    };
    expect(await check('{"ok":true,"serial":7}', 5)).toEqual({ code: 0, stdout: '' });
    const [old, ill] = [
      await check('{"ok":true,"serial":7}', 60),
      await check('{"ok":false,"error":"disk full"}', 5),
    ];
    expect(old).toMatchObject({ code: 1, stdout: expect.stringContaining('no sign of life') });
    expect(ill).toMatchObject({ code: 1, stdout: expect.stringContaining('disk full') });
  });

  test('rsyncd serves read-only from a chroot, logs transfers, and is seen as healthy', async () => {
    await h1(`mkdir -p /srv/rsyncd/content && echo roa >/srv/rsyncd/content/a.roa
      printf '%s\n' 'log file = /dev/stdout' 'use chroot = yes' 'uid = nobody' 'gid = nogroup' \
        '[repo]' 'path = /serving/content' >/srv/rsyncd/rsyncd.conf`);
    await h1(`docker run -d --name rsyncd --network host --read-only --tmpfs /run --cap-drop ALL \
      --cap-add NET_BIND_SERVICE --cap-add SETUID --cap-add SETGID --cap-add SYS_CHROOT \
      --security-opt no-new-privileges -v /srv/rsyncd:/serving:ro --health-interval 1s \
      ${images.rsyncd} rsync --daemon --no-detach --config=/serving/rsyncd.conf`);
    await isHealthy('rsyncd');
    expect(await h1('rsync rsync://127.0.0.1/repo/')).toContain('a.roa');
    expect(await h1('docker logs rsyncd')).toContain('rsync on repo/');
  });
});

test('the executable carries no path of the machine that built it', async () => {
  const executable = readFileSync(`${root}dist/krillmanager`);
  for (const path of [root, `${homedir()}/`]) expect(executable.includes(path)).toBe(false);
});

const h1 = (script: string): Promise<string> => lab.sh('h1', script);

async function isHealthy(container: string): Promise<void> {
  await h1(`for i in $(seq 60); do
      [ "$(docker inspect -f '{{.State.Health.Status}}' ${container})" = healthy ] && exit
      sleep 0.5
    done; docker logs ${container} >&2; exit 1`);
}

async function run(file: string, argv: readonly string[], deadlineMs: number): Promise<void> {
  const { code, stderr } = await runProgram(`${root}${file}`, argv, {
    env: process.env,
    deadlineMs,
  });
  if (code !== 0) throw new Error(`${file} exits with ${code}\n${stderr}`);
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
