import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { tryLock } from './lock-holder.ts';
import { renewalOverdueMs } from './policy.ts';
import { holdersOf } from './testing/holders-of.ts';
import {
  adminToken,
  eventually,
  KrillStage,
  type StagedSupervisor,
} from './testing/krill-stage.ts';
import { TwoLocks } from './two-locks.ts';

const own = { mode: 'own', ca: 'main' };
const wanted = new AbortController().signal;
let stage: KrillStage;
let started: StagedSupervisor[];

jest.setTimeout(30_000);

beforeEach(async () => {
  started = [];
  stage = await KrillStage.prepare(own);
});
afterEach(async () => {
  for (const supervisor of started) supervisor.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
  await eventually(async () => !(await stage.krills()).some(isAlive), 'the end of every Krill');
  await stage.remove();
});

function start(): StagedSupervisor {
  const supervisor = stage.start();
  started.push(supervisor);
  return supervisor;
}

/** Started on initialised data, and answering. */
async function running(): Promise<{ supervisor: StagedSupervisor; krill: number }> {
  await stage.initialised();
  await stage.answers('health', 'yes');
  const supervisor = start();
  const before = (await stage.krills()).length;
  await eventually(async () => (await stage.krills()).length > before, supervisor.said);
  await eventually(() => !existsSync(stage.places.waiting), 'the end of waiting');
  return { supervisor, krill: (await stage.krills()).at(-1) ?? 0 };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function locksAreFree(): Promise<boolean> {
  const outcome = await TwoLocks.contend(stage.places.locks, wanted);
  if (outcome.held) await outcome.release();
  return outcome.held;
}

describe('the first start', () => {
  test('initialises Krill with a CA of its own, once, and says so', async () => {
    const supervisor = start();
    await supervisor.says('Krill is initialised');
    expect(await stage.state()).toEqual({ state: 'initialised' });
    const { exchange, permit } = stage.places;
    expect(existsSync(permit)).toBe(false);
    expect((await stage.log()).filter((line) => line.startsWith('krillc'))).toEqual([
      'krillc pubserver server init --rrdp https://r.test/rrdp/ --rsync rsync://s.test/repo/ <>',
      'krillc add --ca main <>',
      'krillc repo request --ca main <>',
      `krillc pubserver publishers add --request ${exchange} <answer to repo request>`,
      'krillc pubserver publishers response --publisher main <>',
      `krillc repo configure --ca main --response ${exchange} <answer to pubserver publishers>`,
    ]);
    supervisor.kill('SIGTERM');
    expect(await supervisor.ended).toBe(0);
    expect((await stage.log()).at(-1)).toBe('term');
  });

  test('of a test bed keeps what its trust anchor published', async () => {
    const { settings, trustAnchor } = stage.places;
    const text = JSON.parse(await readFile(settings, 'utf8'));
    await stage.write(settings, { ...text, krill: { mode: 'testbed', cas: 1, roas: 1 } });
    const supervisor = start();
    await supervisor.says('initialising Krill');
    await pause(500);
    expect(await stage.state()).toEqual({ state: 'initialising', mode: 'testbed' });
    expect(existsSync(stage.places.waiting)).toBe(true);
    await stage.answers('ta/ta.cer', 'certificate');
    await stage.answers('ta/ta.tal', 'locator');
    await supervisor.says('Krill is initialised');
    expect(await readFile(join(trustAnchor, 'ta.tal'), 'utf8')).toBe('locator');
    const encoded = await readFile(join(trustAnchor, 'ta.cer.b64'), 'utf8');
    expect(Buffer.from(encoded, 'base64').toString()).toBe('certificate');
    expect((await stat(join(trustAnchor, 'ta.tal'))).mode & 0o777).toBe(0o644);
    expect(existsSync(stage.places.waiting)).toBe(false);
  });

  const begun = (mode: string) => stage.write(stage.places.state, { state: 'initialising', mode });
  const commands = ['pubserver server', 'add', 'repo request', 'repo configure'];

  test.each([
    [[], commands],
    [['server'], commands.slice(1)],
    [['server', 'ca'], commands.slice(2)],
    [['server', 'ca', 'publisher'], commands.slice(3)],
    [['server', 'ca', 'publisher', 'repo'], []],
  ])('that died when %j was done goes on from there', async (done, expected) => {
    await begun('own');
    await rm(stage.places.permit);
    await stage.did(...done);
    const supervisor = start();
    await supervisor.says("going on with Krill's initialisation");
    await supervisor.says('Krill is initialised');
    expect(await stage.state()).toEqual({ state: 'initialised' });
    const said = (await stage.log()).filter((line) => line.startsWith('krillc'));
    for (const command of commands) {
      const found = said.filter((line) => line.startsWith(`krillc ${command} `));
      expect([command, found.length]).toEqual([command, expected.includes(command) ? 1 : 0]);
    }
  });

  test('of a test bed that died is not resumed, but can be started over', async () => {
    await begun('testbed');
    const supervisor = start();
    await supervisor.says('cannot be resumed; run "krillmanager init": it offers to start over');
    expect(await stage.refusal()).toMatchObject({ startOver: true });
  });

  test.each([
    [
      'krillc fails',
      '#!/bin/sh\n[ $1 = health ] || { echo no such thing >&2; exit 1; }\n',
      'no such thing',
    ],
    ['Krill ends', null, 'Krill has ended: exit code 3'],
  ])('that fails because %s says so, and ends Krill', async (_why, krillc, because) => {
    if (krillc === null) await stage.program('krill', '#!/bin/sh\nexit 3\n');
    else await stage.program('krillc', krillc);
    const supervisor = start();
    await supervisor.says('its initialisation failed: ');
    expect(supervisor.said).toContain(because);
    expect(await locksAreFree()).toBe(true);
    expect((await stage.krills()).filter(isAlive)).toEqual([]);
    expect(await stage.state()).toEqual({ state: 'initialising', mode: 'own' });
    expect(await stage.refusal()).toMatchObject({ startOver: false });
  });

  test('that cannot begin keeps the permit', async () => {
    await rm(stage.places.token);
    const supervisor = start();
    expect(await supervisor.ended).not.toBe(0);
    expect(existsSync(stage.places.permit)).toBe(true);
    expect(await stage.state()).toBe(null);
    expect(await stage.krills()).toEqual([]);
  });
});

describe('Krill is not started', () => {
  const asked: [string, () => Promise<unknown>, string][] = [
    [
      'where the volume is not',
      () => writeFile(join(stage.root, 'not-a-volume'), ''),
      'not on the replicated volume',
    ],
    [
      "on another cluster's volume",
      () => stage.write(stage.places.sentinel, { id: 'x' }),
      'belongs to cluster x',
    ],
    ['without a sentinel', () => rm(stage.places.sentinel), 'no sentinel'],
    ['without a permit', () => rm(stage.places.permit), 'nobody has permitted'],
    ['without settings', () => rm(stage.places.settings), 'no settings'],
    ['on a damaged state', () => writeFile(stage.places.state, '{"st'), 'is damaged'],
    [
      'where its data is gone',
      async () => {
        await stage.initialised();
        await rm(join(stage.places.data, 'cas'), { recursive: true });
      },
      'its data directory is empty',
    ],
  ];

  test.each(asked)('%s', async (_where, spoil, because) => {
    await spoil();
    const before = await readdir(stage.places.data);
    const supervisor = start();
    await supervisor.says('Krill is not started: ');
    expect(supervisor.said).toContain(because);
    const { because: told, atMs } = await stage.refusal();
    expect(told).toContain(because);
    const saidAnew = async () => (await stage.refusal()).atMs > atMs;
    await eventually(saidAnew, 'the same said again');
    const waiting = () => readFile(stage.places.waiting, 'utf8').catch(() => '');
    await eventually(async () => (await waiting()).includes(because), 'the sign for health');
    supervisor.kill('SIGTERM');
    expect(await supervisor.ended).toBe(0);
    expect(await stage.krills()).toEqual([]);
    expect(await readdir(stage.places.data)).toEqual(before);
  });
});

test('a refusal ends as soon as its reason is gone, and Krill starts', async () => {
  await stage.initialised();
  await stage.write(stage.places.sentinel, { id: 'x' });
  const refused = start();
  await refused.says('belongs to cluster x');
  await stage.write(stage.places.sentinel, { id: 'cluster-1' });
  expect(await refused.ended).toBe(1);
  const supervisor = start();
  await supervisor.says('starting Krill');
  expect(existsSync(stage.places.refusal)).toBe(false);
});

describe('a running Krill', () => {
  test('has its configuration for itself, and its token nowhere else', async () => {
    const { supervisor, krill } = await running();
    const { configuration } = stage.places;
    expect(await readFile(configuration, 'utf8')).toContain(adminToken);
    expect((await stat(configuration)).mode & 0o777).toBe(0o600);
    for (const pid of [krill, supervisor.process.pid]) {
      for (const seen of ['cmdline', 'environ']) {
        expect(await readFile(`/proc/${pid}/${seen}`, 'utf8')).not.toContain(adminToken);
      }
    }
    expect(supervisor.said + (await stage.log()).join()).not.toContain(adminToken);
    expect(await readFile(`/proc/${krill}/status`, 'utf8')).toMatch(/^NoNewPrivs:\t1$/m);
  });

  test('ends when it is asked to, and the locks are free', async () => {
    const { supervisor } = await running();
    supervisor.kill('SIGTERM');
    expect(await supervisor.ended).toBe(0);
    expect((await stage.log()).at(-1)).toBe('term');
    expect(await locksAreFree()).toBe(true);
  });

  test('ends the container with its exit code', async () => {
    await stage.initialised();
    await stage.program('krill', '#!/bin/sh\nexit 7\n');
    expect(await start().ended).toBe(7);
  });

  test.each([0, 1] as const)('is killed at once when lock %d is lost', async (index) => {
    const { supervisor, krill } = await running();
    const [holder] = await holdersOf(stage.places.locks[index]);
    process.kill(holder ?? 0, 'SIGKILL');
    const before = performance.now();
    expect(await supervisor.ended).not.toBe(0);
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(isAlive(krill)).toBe(false);
    expect(await stage.log()).not.toContain('term');
  });

  test('is killed when a lock cannot be had for too long', async () => {
    const { supervisor, krill } = await running();
    let foreign = await tryLock(stage.places.locks[0], wanted);
    while (!foreign.held) foreign = await tryLock(stage.places.locks[0], wanted);
    const before = performance.now();
    expect(await supervisor.ended).not.toBe(0);
    // The last renewal was up to a second earlier.
    expect(performance.now() - before).toBeGreaterThan(renewalOverdueMs - 2000);
    expect(performance.now() - before).toBeLessThan(renewalOverdueMs + 10_000);
    expect(isAlive(krill)).toBe(false);
    await foreign.release();
  });

  test('dies with its supervisor, and the locks are free', async () => {
    const { supervisor, krill } = await running();
    const before = performance.now();
    supervisor.kill('SIGKILL');
    await eventually(() => !isAlive(krill), 'the death of Krill');
    await eventually(locksAreFree, 'the locks');
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  test('is killed first of all when its supervisor finds that it stood still', async () => {
    const { supervisor, krill } = await running();
    supervisor.kill('SIGSTOP');
    await pause(renewalOverdueMs + 500);
    const before = performance.now();
    supervisor.kill('SIGCONT');
    await eventually(() => !isAlive(krill), 'the death of Krill');
    expect(performance.now() - before).toBeLessThan(5000);
    expect(await supervisor.ended).not.toBe(0);
    expect(supervisor.said).toContain('Krill is killed: no lock could be renewed for');
  });
});

describe('a second supervisor', () => {
  test('waits, counts as healthy, and takes over when the first has died', async () => {
    const { supervisor } = await running();
    const second = start();
    await second.says('another Krill holds the locks');
    expect(existsSync(stage.places.waiting)).toBe(true);
    expect(await stage.krills()).toHaveLength(1);
    supervisor.kill('SIGKILL');
    const before = performance.now();
    await second.says('starting Krill');
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  test('stops waiting when it is asked to', async () => {
    await running();
    const second = start();
    await second.says('another Krill holds the locks');
    second.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    expect(await stage.krills()).toHaveLength(1);
  });
});
