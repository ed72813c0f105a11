import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { tryLock } from './lock-holder.ts';
import { contendEveryMs } from './policy.ts';
import { holdersOf } from './testing/holders-of.ts';
import { TwoLocks } from './two-locks.ts';

const wanted = new AbortController().signal;
const renewals = process.env['KRILLMANAGER_FULL'] === '1' ? 2000 : 100;
let directory: string;
let files: readonly [string, string];

jest.setTimeout(300_000);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'locks-'));
  files = [join(directory, 'a'), join(directory, 'b')];
});
afterEach(() => rm(directory, { recursive: true }));

async function hold(): Promise<TwoLocks> {
  const outcome = await TwoLocks.contend(files, wanted);
  if (!outcome.held) throw new Error(outcome.said);
  return outcome;
}

describe('who holds both locks', () => {
  test('is one, until they are given back', async () => {
    const locks = await hold();
    expect(await TwoLocks.contend(files, wanted)).toMatchObject({ why: 'taken' });
    await locks.release();
    await (await hold()).release();
  });

  test.each([0, 1] as const)('hears that lock %d has gone', async (index) => {
    const locks = await hold();
    for (const pid of await holdersOf(files[index])) process.kill(pid, 'SIGKILL');
    await locks.lost;
    await locks.release();
  });

  test('hears nothing of what it gave back itself', async () => {
    const locks = await hold();
    for (let count = 0; count < 4; count++) await locks.renew(wanted);
    await locks.release();
    expect(await Promise.race([locks.lost.then(() => 'lost'), pause(100, 'kept')])).toBe('kept');
  });

  test('knows since when, by the start of the last renewal', async () => {
    const locks = await hold();
    const before = performance.now();
    expect(locks.renewedAt).toBeLessThan(before);
    await locks.renew(wanted);
    expect(locks.renewedAt).toBeGreaterThanOrEqual(before);
    await locks.release();
  });

  test('gives a lock back that arrives after all was given back', async () => {
    const locks = await hold();
    const renewing = locks.renew(wanted);
    await locks.release();
    await renewing;
    await (await hold()).release();
  });
});

describe('who wants the locks', () => {
  test('gives the first back when the second is taken', async () => {
    const second = await tryLock(files[1], wanted);
    expect(await TwoLocks.contend(files, wanted)).toMatchObject({ held: false, why: 'taken' });
    expect(await holdersOf(files[0])).toEqual([]);
    if (second.held) await second.release();
  });

  test(`never gets them, nor keeps the holder from renewing, ${renewals} times`, async () => {
    const locks = await hold();
    const over = new AbortController();
    let [attempts, stolen, refusals, slowestMs] = [0, 0, 0, 0];
    // One without a pause, one as in the product.
    const contenders = [0, contendEveryMs].map(async (pauseMs) => {
      for (; !over.signal.aborted; attempts++) {
        await pause(pauseMs);
        const outcome = await TwoLocks.contend(files, wanted);
        if (!outcome.held) continue;
        stolen += 1;
        await outcome.release();
      }
    });
    for (let count = 0; count < renewals; count++) {
      const before = performance.now();
      await locks.renew(wanted);
      if (locks.refusedAt > before) refusals += 1;
      slowestMs = Math.max(slowestMs, performance.now() - before);
      await pause(10);
    }
    over.abort();
    await Promise.all(contenders);
    await locks.release();
    // As proof that the two were at each other's throat.
    expect(refusals).toBeGreaterThan(renewals / 50);
    expect(attempts).toBeGreaterThan(renewals);
    expect({ stolen }).toEqual({ stolen: 0 });
    process.stdout.write(
      `${attempts} attempts against ${renewals} renewals: ${refusals} met, slowest ${slowestMs.toFixed(0)} ms\n`,
    );
  });
});
