import { describe, expect, test } from '@jest/globals';
import { paths } from '../paths.ts';
import { release, settings } from '../testing/three-nodes.ts';
import type { BindMount, ContainerSpec } from './container-spec.ts';
import { krillSpec } from './krill.ts';
import { krillsyncSpec } from './krillsync.ts';
import { nginxSpec } from './nginx.ts';
import { rsyncdSpec } from './rsyncd.ts';

const krill = krillSpec(release, 'c1', settings);
const krillsync = krillsyncSpec(release, settings);
const [nginx, rsyncd] = [nginxSpec(release, settings), rsyncdSpec(release, settings)];
const all = [krill, krillsync, nginx, rsyncd];

const binds = ({ mounts }: ContainerSpec): readonly BindMount[] =>
  mounts.filter((mount) => mount.type === 'bind');
const sources = (spec: ContainerSpec, readOnly: boolean): readonly string[] =>
  binds(spec)
    .filter((bind) => bind.readOnly === readOnly)
    .map(({ source }) => source);

const installed = '/opt/krillmanager/1.0.0-0123456789ab';

describe('least privilege', () => {
  test.each([
    [krill, '1012:1012', []],
    [krillsync, '1013:1013', []],
    [nginx, null, ['NET_BIND_SERVICE', 'SETUID', 'SETGID', 'CHOWN']],
    [rsyncd, null, ['NET_BIND_SERVICE', 'SETUID', 'SETGID', 'SYS_CHROOT']],
  ])('$name runs as $user with $capabilities and no other', (spec, user, capabilities) => {
    expect(spec.user).toBe(user);
    expect(spec.capabilities).toEqual(capabilities);
  });

  test.each([
    [krill, [`${paths.volume}/krill`, paths.supervisor], [installed, paths.heartbeats]],
    [
      krillsync,
      [`${paths.volume}/barrier`, paths.publish],
      [`${paths.volume}/krill/data/repo/rrdp`, installed],
    ],
    [nginx, [], [paths.serving, paths.publish]],
    [rsyncd, [], [paths.serving, paths.publish]],
  ])('$name writes only where it must', (spec, writable, readable) => {
    expect(sources(spec, false)).toEqual(writable);
    expect(sources(spec, true)).toEqual(readable);
  });

  test('nothing that serves the world sees the volume', () => {
    for (const spec of [nginx, rsyncd]) {
      expect(binds(spec).filter(({ source }) => source.startsWith(paths.volume))).toEqual([]);
    }
  });

  test.each(all)('$name has limits and a health check', (spec) => {
    expect(spec.memoryBytes).toBeLessThanOrEqual(2 * 2 ** 30);
    expect(spec.pids).toBeLessThanOrEqual(1024);
    expect(spec.nofile).toBeLessThanOrEqual(16_384);
    expect(spec.health?.argv.length).toBeGreaterThan(0);
    expect(spec.stopGraceSeconds).toBeLessThanOrEqual(20);
  });

  test.each(all)('the temporary files of $name fit into its memory', ({ mounts, memoryBytes }) => {
    const sizes = mounts.map((mount) => (mount.type === 'tmpfs' ? mount.sizeBytes : 0));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(memoryBytes);
  });

  test.each(all)('$name is told no secret, and where none lies', ({ argv, env, health }) => {
    const told = [...argv, ...Object.entries(env).flat(), ...(health?.argv ?? [])].join(' ');
    expect(told).not.toMatch(/token|secret|passw|\.key\b|BEGIN/i);
  });

  test.each(all)('the environment of $name is known', ({ env }) => {
    const known = {
      HOME: '/tmp',
      KRILL_CLI_SERVER: 'unix:///tmp/krill.sock',
      KRILLMANAGER_SETTINGS: krill.env['KRILLMANAGER_SETTINGS'],
    };
    expect({ ...known, ...env }).toEqual(known);
  });

  test('images come from the package and from no registry', () => {
    expect(all.map(({ image }) => image)).toEqual([
      'krill:1',
      'krillsync:1',
      'nginx:1',
      'rsyncd:1',
    ]);
  });
});

describe('krill', () => {
  test('is started by its supervisor, for this cluster only', () => {
    const supervisor = [`${installed}/krillmanager`, 'krill-supervisor', 'c1'];
    expect(krill.argv).toEqual(['setpriv', '--no-new-privs', ...supervisor]);
  });

  test('runs where it may, and comes back soon', () => {
    expect(krill).toMatchObject({ requireLabels: { krill: 'ok' }, restartDelaySeconds: 1 });
  });

  test('finds its data where it always was', () => {
    expect(binds(krill)[0]).toMatchObject({ target: '/var/krill', readOnly: false });
  });

  test('keeps its rsync tree, which nobody reads, off the volume', () => {
    const tmpfs = krill.mounts.filter(({ type }) => type === 'tmpfs').map(({ target }) => target);
    expect(tmpfs).toContain('/var/krill/data/repo/rsync');
  });
});

describe('krillsync', () => {
  test('reads what Krill wrote and watches it', () => {
    expect(krillsync.argv).toEqual([
      `${installed}/krillmanager`,
      'krillsync',
      'https://rrdp.lab/rrdp/notification.xml',
      '--source-uri-base=/source/',
      '--state-dir=/publish/state',
      '--rrdp-dir=/publish/rrdp',
      '--rsync-dir=/publish/rsync',
      '--cleanup-after=7200',
      '--barrier-dir=/barrier',
      '--max-removal=20',
      '--max-removal-least=10',
      '--gzip',
      '--watch',
    ]);
  });
});

describe('what serves', () => {
  test.each([
    [nginx, 'nginx -c /serving/nginx.conf -g daemon off;'],
    [rsyncd, 'accept-rsync 873 /serving/rsyncd.conf'],
  ])('$name stays in the foreground', ({ argv }, line) => {
    expect(argv.join(' ')).toBe(line);
  });

  test('NGINX finishes the answers that it has begun', () => {
    expect(nginx.stopSignal).toBe('SIGQUIT');
  });
});
