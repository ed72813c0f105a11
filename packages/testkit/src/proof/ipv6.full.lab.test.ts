import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { LabHost } from '../lab.ts';
import { runProgram } from '../run-program.ts';
import { Cluster } from './cluster.ts';
import { everyValidation } from './every-validation.ts';
import { smallTestbed } from './small-testbed.ts';
import { eventually } from './until.ts';

/** Hosts without any IPv4 address but loopback's: whatever would need one fails. */
const place = { dir: '/var/tmp/krillmanager-lab-ipv6', net: '10.63.0', net6: 'fd63::' };
const cluster = new Cluster(place, 'ipv6');
const { lab } = cluster;
const hosts: readonly LabHost[] = ['h1', 'h2', 'h3'];
const roas = smallTestbed.cas * smallTestbed.roas;

jest.setTimeout(10 * 60_000);

beforeAll(async () => {
  await cluster.prepare(hosts, smallTestbed.configuration);
  for (const host of hosts) await lab.sh(host, 'ip -4 addr flush dev eth0');
});

afterAll(() => lab.down());

describe('over IPv6 alone', () => {
  test('a dry run leaves GlusterFS as it is; a cluster is formed; then nothing is left to do', async () => {
    const plan = await cluster.init('--dry-run');
    expect(plan).toContain('set GlusterFS on fd63::2 to IPv6');
    expect(await lab.sh('h2', 'ss -ltn')).toContain('0.0.0.0:24007');
    expect(await cluster.init()).toContain('3 nodes');
    expect(await cluster.init()).toContain('Nothing to do');
  });

  test('all is well, and every copy of the volume is there', async () => {
    const status = await eventually(
      () => cluster.status('h2'),
      ({ ok }) => ok,
      60_000,
    );
    expect(status.nodes.map(({ ip, storage }) => `${ip} ${storage}`)).toEqual([
      'fd63::1 ok',
      'fd63::2 ok',
      'fd63::3 ok',
    ]);
    expect(status.krill.node).toMatch(/^fd63::[123]$/);
  });

  test('a client of the volume goes on to another server, over IPv6, when it loses its glusterd', async () => {
    expect(await lab.sh('h2', 'findmnt -no SOURCE /var/lib/krillmanager/volume')).toContain(
      'km-fd63--2:/krillmanager',
    );
    // The agent would start it again.
    await lab.sh('h2', 'systemctl mask --now --runtime glusterd');
    const asked = `ss -Htnp state established dport = 24007 | grep glusterfs | grep -v glusterfsd || true`;
    const server = await eventually(
      () => lab.sh('h2', asked),
      (lines) => /\[fd63::[13]\]:24007/.test(lines),
      60_000,
    );
    expect(server).not.toContain('[fd63::2]:24007');
    await lab.sh('h2', 'systemctl unmask --runtime glusterd && systemctl start glusterd');
    await eventually(
      () => cluster.status('h2'),
      ({ ok }) => ok,
      120_000,
    );
  });

  test('every validator gets the content from every node, over both transports', async () => {
    await cluster.trust('h1');
    // Krill is initialised before its CAs have published all that they will.
    const inH1 = async () => (await cluster.validate('h1', 'rpki-client', 'rrdp')).vrps;
    await eventually(inH1, (vrps) => vrps.length === roas, 180_000);
    for (const host of hosts) await cluster.rsyncFollows(host);
    for (const { host, name, transport } of everyValidation(hosts)) {
      const { vrps, log } = await cluster.validate(host, name, transport);
      expect({ host, name, transport, count: vrps.length, log }).toEqual({
        host,
        name,
        transport,
        count: roas,
        log,
      });
    }
  });

  test('a ROA told to one node is seen on another', async () => {
    const roa = '10.0.0.0/24-24 => 64999';
    await cluster.krillc('h2', 'roas', 'update', '--ca', 'benchmark-0', '--add', roa);
    await eventually(
      async () => (await cluster.validate('h3', 'rpki-client', 'rrdp')).vrps,
      (vrps) => vrps.length === roas + 1,
      60_000,
    );
  });

  test('a machine that is not one of the nodes may not mount the volume, whatever the firewalls', async () => {
    expect(await mountAsStranger()).not.toContain('connected to');
    for (const host of hosts) await lab.sh(host, 'open-cluster-ports --world');
    expect(await mountAsStranger()).toContain('Server authentication failed');
  });
});

/** This machine, which is none of the hosts, tries; what GlusterFS logs of it. */
async function mountAsStranger(): Promise<string> {
  const names = hosts.map((host) => `${cluster.ip(host)} km-fd63--${host.slice(1)}`);
  const script = `printf '%s\n' ${names.map((name) => `'${name}'`).join(' ')} >"$1/hosts"
    mount --bind "$1/hosts" /etc/hosts; mkdir "$1/mnt"
    timeout 15 glusterfs -N --xlator-option=transport.address-family=inet6 --log-file="$1/log" \
      --volfile-server=km-fd63--1 --volfile-id=krillmanager "$1/mnt" || true
    cat "$1/log"`;
  const scratch = mkdtempSync(join(tmpdir(), 'stranger-'));
  const argv = ['--mount', '--propagation=private', 'bash', '-euc', script, 'stranger', scratch];
  const { stdout } = await runProgram('unshare', argv, { env: process.env, deadlineMs: 30_000 });
  rmSync(scratch, { recursive: true, force: true });
  return stdout;
}
