import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { volumeOptions } from '@krillmanager/core';
import { inLabHost, Lab, type LabHost } from '../../../testkit/src/lab.ts';

const lab = new Lab({ dir: '/var/tmp/krillmanager-lab-locks', net: '10.61.0', net6: 'fd61::' });
const hosts = ['h1', 'h2', 'h3'] as const;
const rounds = process.env['KRILLMANAGER_FULL'] === '1' ? 3 : 1;
const minuteMs = 60_000;
const here = (path: string) => inLabHost(fileURLToPath(new URL(path, import.meta.url)));
const contender = inLabHost(fileURLToPath(new URL('./testing/lab-contender.ts', import.meta.url)));
const ipOf = (host: LabHost) => `${lab.place.net}.${host.slice(1)}`;
const node = [inLabHost(process.execPath), '--disable-warning=ExperimentalWarning'];

const volume = '/var/lib/krillmanager/volume';
const krill = `${volume}/krill`;
/** What Krill's container has of its own. */
const stage = '/run/stage';

jest.setTimeout(2 * minuteMs);

beforeAll(async () => {
  await lab.down();
  await lab.up(hosts.length);
  await makeVolume();
  await prepareKrill();
  await Promise.all(hosts.map(prepareStage));
}, 4 * minuteMs);
afterAll(() => lab.down(), minuteMs);

describe('Krill under its supervisor, on two of three hosts', () => {
  test(
    'runs on the first, whichever brick restarts, and no other gets the locks',
    async () => {
      await start('h1');
      await said('h1', 'starting Krill');
      await start('h2');
      await said('h2', 'another Krill holds the locks');
      const contending = contend('h3', rounds * 25_000);
      for (let round = 0; round < rounds; round++) {
        for (const host of hosts) await restartBrick(host);
      }
      const { attempts, had } = await contending;
      tell(`${rounds * 3} bricks restarted: ${attempts} attempts of another host, ${had} had them`);
      expect(had).toBe(0);
      expect(attempts).toBeGreaterThan(rounds * 20);
      expect(await lines('h1')).toEqual([expect.stringMatching(/starting Krill$/)]);
      expect(await lines('h2')).toHaveLength(1);
    },
    rounds * minuteMs,
  );

  test('is taken over within 2 s when the supervisor dies', async () => {
    const atMs = now();
    await lab.sh('h1', 'systemctl kill --kill-who=main --signal=KILL stage');
    const startedMs = await said('h2', 'starting Krill');
    const diedMs = await lastBeatMs('h1');
    tell(
      `killed: Krill dead after ${diedMs - atMs} ms, the next starts after ${startedMs - atMs} ms`,
    );
    expect(startedMs).toBeGreaterThan(diedMs);
    expect(startedMs - atMs).toBeLessThan(10_000);
  });

  test('is dead on a host that is cut before it runs elsewhere', async () => {
    await start('h1');
    await said('h1', 'another Krill holds the locks');
    const atMs = now();
    await lab.cut('h2');
    const startedMs = await said('h1', 'starting Krill');
    const killedMs = await said('h2', 'Krill is killed');
    const diedMs = await lastBeatMs('h2');
    tell(
      `cut: Krill killed after ${killedMs - atMs} ms, dead after ${diedMs - atMs} ms, ` +
        `the next starts after ${startedMs - atMs} ms`,
    );
    expect(startedMs - diedMs).toBeGreaterThan(500);
    await lab.join('h2');
  });

  test('is killed first of all on a host that stood still, as a paused machine does', async () => {
    await answering('h2');
    await start('h2');
    await said('h2', 'another Krill holds the locks');
    const atMs = now();
    await lab.freeze('h1');
    // The kernel of a frozen host would go on answering for it.
    await lab.cut('h1');
    await pause(10_000);
    const thawedMs = now();
    await lab.join('h1');
    await lab.thaw('h1');
    const startedMs = await said('h2', 'starting Krill');
    await said('h1', 'Krill is killed');
    const diedMs = await lastBeatMs('h1');
    tell(
      `frozen: the next starts after ${startedMs - atMs} ms; ` +
        `thawed: Krill seen for ${Math.max(0, diedMs - thawedMs)} ms`,
    );
    expect(startedMs).toBeLessThan(thawedMs);
    expect(diedMs - thawedMs).toBeLessThan(5000);
  });

  test('is dead, and its supervisor gone, where the volume hangs for ever', async () => {
    await answering('h1');
    await start('h1');
    await said('h1', 'another Krill holds the locks');
    const client = "$(pgrep --full '[p]rocess-name fuse')";
    const atMs = now();
    await lab.sh('h2', `kill -STOP ${client}`);
    const killedMs = await said('h2', 'Krill is killed');
    const isActive = ['systemctl', 'is-active', '--quiet', 'stage'];
    await until(async () => (await lab.tryExec('h2', isActive)).code !== 0);
    tell(`hung: Krill killed after ${killedMs - atMs} ms, all ended after ${now() - atMs} ms`);
    expect(killedMs - atMs).toBeLessThan(5000);
    expect((await lastBeatMs('h2')) - killedMs).toBeLessThan(1000);
    expect(await lines('h1')).toHaveLength(1);
    await lab.sh('h2', `kill -CONT ${client}`);
    expect(await said('h1', 'starting Krill')).toBeGreaterThan(killedMs);
  });
});

const now = (): number => Number(process.hrtime.bigint() / 1_000_000n);
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

const gluster = (...argv: string[]) => lab.exec('h1', ['gluster', '--mode=script', ...argv]);

async function makeVolume(): Promise<void> {
  await Promise.all(hosts.map(tuneGlusterd));
  const [, ...peers] = hosts;
  for (const peer of peers) await gluster('peer', 'probe', ipOf(peer));
  const members = /Peer in Cluster \(Connected\)/g;
  await until(
    async () => (await gluster('peer', 'status')).match(members)?.length === peers.length,
  );
  const bricks = hosts.map((host) => `${ipOf(host)}:/srv/krillmanager/brick`);
  const options = Object.entries(volumeOptions).flat();
  await gluster('volume', 'create', 'krillmanager', 'replica', '3', ...bricks, 'force');
  await gluster('volume', 'set', 'krillmanager', ...options);
  await gluster('volume', 'start', 'krillmanager');
  const mount = `mount -t glusterfs 127.0.0.1:/krillmanager ${volume}`;
  await Promise.all(hosts.map((host) => lab.sh(host, mount)));
}

async function tuneGlusterd(host: LabHost): Promise<void> {
  const program = `import * as host from ${JSON.stringify(here('../../../host/src/index.ts'))};
    await host.tuneGlusterd(host.hostFiles(), host.systemdUnits());`;
  await lab.exec(host, [...node, '--input-type=module', '--eval', program]);
  await lab.sh(host, `mkdir -p /srv/krillmanager ${volume}`);
}

/** As init leaves it, after an initialisation that went well. */
async function prepareKrill(): Promise<void> {
  const settings = { nodes: hosts.map(ipOf), domains: {}, krill: { mode: 'own', ca: 'ca' } };
  const records = {
    'cluster.json': { id: 'cluster-1', epoch: 1 },
    'settings.json': settings,
    'state.json': { state: 'initialised' },
    'admin-token': 'token',
  };
  await lab.sh('h1', `mkdir -p ${krill}/guard ${krill}/data/cas/ca`);
  for (const [name, record] of Object.entries(records)) {
    await lab.sh('h1', `cat > ${krill}/guard/${name}`, { stdin: JSON.stringify(record) });
  }
  await lab.sh('h1', `chown -R 1012:1012 ${krill}; chmod 700 ${krill}/guard`);
}

/** Krill tells every 10 ms that it is alive: nothing else, so that no volume can stop it. */
async function prepareStage(host: LabHost): Promise<void> {
  const program = `#!/bin/sh
    while read -r up _ < /proc/uptime; do echo "$up" >> ${stage}/beats; sleep 0.01; done`;
  await lab.sh(
    host,
    `mkdir -p ${stage}/tmp ${stage}/bin ${stage}/answers ${stage}/var
     echo yes > ${stage}/answers/health
     ln -s ${krill} ${stage}/var/krill
     cat > ${stage}/bin/krill; chmod +x ${stage}/bin/krill; chown -R 1012:1012 ${stage}`,
    { stdin: program },
  );
}

async function start(host: LabHost): Promise<void> {
  const properties = [
    // What the supervisor leaves behind is for it and the kernel to end, not for systemd.
    'KillMode=process',
    `Environment=PATH=${stage}/bin:/usr/bin:/bin`,
    `StandardError=append:${stage}/said`,
  ].map((property) => `--property=${property}`);
  const user = ['setpriv', '--reuid=1012', '--regid=1012', '--clear-groups'];
  const argv = [
    ...user,
    ...node,
    here('./testing/stage-supervisor.ts'),
    stage,
    'cluster-1',
    'fuse',
  ];
  await lab.sh(host, `rm -f ${stage}/said ${stage}/beats; systemctl reset-failed stage || true`);
  await lab.exec(host, ['systemd-run', '--unit=stage', '--quiet', ...properties, ...argv]);
}

async function contend(host: LabHost, ms: number): Promise<{ attempts: number; had: number }> {
  const locks = ['a', 'b'].map((name) => `${krill}/guard/lock.${name}`);
  const argv = [...node, contender, ...locks, String(ms)];
  return JSON.parse(await lab.exec(host, argv, { deadlineMs: ms + minuteMs }));
}

/** What the supervisor has said, each line with its time before it. */
async function lines(host: LabHost): Promise<readonly string[]> {
  const text = await lab.sh(host, `cat ${stage}/said 2>/dev/null || true`);
  return text.split('\n').slice(0, -1);
}

/** When the supervisor said so; waits for it. Milliseconds of the monotonic clock, one for all hosts. */
async function said(host: LabHost, words: string): Promise<number> {
  let line: string | undefined;
  await until(async () => {
    line = (await lines(host)).find((candidate) => candidate.includes(words));
    return line !== undefined;
  });
  return Number.parseInt(line ?? '', 10);
}

/** When Krill was last seen alive: hundredths of a second since boot, which is the same clock. */
async function lastBeatMs(host: LabHost): Promise<number> {
  return Number(await lab.sh(host, `tail -n 1 ${stage}/beats`)) * 1000;
}

/** Kills the brick's server and has it started again; resolves when it serves again. */
async function restartBrick(host: LabHost): Promise<void> {
  await lab.sh(host, 'kill -KILL $(pgrep --exact glusterfsd)');
  await pause(1000);
  await gluster('volume', 'start', 'krillmanager', 'force');
  await until(async () => (await lab.tryExec(host, ['pgrep', '--exact', 'glusterfsd'])).code === 0);
  await pause(4000);
}

/** Waits until the volume answers on a host again. */
async function answering(host: LabHost): Promise<void> {
  const look = ['timeout', '-s', 'KILL', '1', 'ls', krill];
  await until(async () => (await lab.tryExec(host, look)).code === 0);
}

async function until(check: () => Promise<boolean>): Promise<void> {
  const deadlineMs = now() + 30_000;
  while (!(await check())) {
    if (now() > deadlineMs) throw new Error(`never came: ${check}`);
    await pause(50);
  }
}
