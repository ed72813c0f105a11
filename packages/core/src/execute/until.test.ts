import { describe, expect, test } from '@jest/globals';
import { until } from './until.ts';

/** True from the given time on; notes when it was asked. */
function scene(trueFromMs: number) {
  const asked: number[] = [];
  let ms = 0;
  return {
    asked,
    ask: async () => {
      asked.push(ms);
      return ms >= trueFromMs;
    },
    clock: {
      now: () => ms,
      sleep: async (passed: number) => {
        ms += passed;
      },
    },
  };
}

describe('waiting', () => {
  test('ends at once when there is nothing to wait for', async () => {
    const { asked, ask, clock } = scene(0);
    await until(ask, { clock, withinMs: 0, what: 'nothing' });
    expect(asked).toEqual([0]);
  });

  test('asks four times a second, or as often as told', async () => {
    const quarter = scene(700);
    await until(quarter.ask, { clock: quarter.clock, withinMs: 1000, what: 'it' });
    expect(quarter.asked).toEqual([0, 250, 500, 750]);
    const told = scene(200);
    await until(told.ask, { clock: told.clock, withinMs: 1000, what: 'it', everyMs: 100 });
    expect(told.asked).toEqual([0, 100, 200]);
  });

  test('asks once more at the deadline, then says how long and for what it waited', async () => {
    const { asked, ask, clock } = scene(Number.POSITIVE_INFINITY);
    const waiting = until(ask, { clock, withinMs: 60_000, what: 'the tide', everyMs: 30_000 });
    await expect(waiting).rejects.toMatchObject({
      message: 'waited 60 s for the tide, in vain',
      hint: 'run the same command again: it goes on from here',
      exitCode: 5,
    });
    expect(asked).toEqual([0, 30_000, 60_000]);
  });

  test('may have a remedy of its own', async () => {
    const { ask, clock } = scene(1);
    const waiting = until(ask, { clock, withinMs: 0, what: 'it', hint: 'row' });
    await expect(waiting).rejects.toMatchObject({ hint: 'row' });
  });

  test('ends when it cannot ask', async () => {
    const { clock } = scene(0);
    const ask = () => Promise.reject(new Error('gone'));
    await expect(until(ask, { clock, withinMs: 1000, what: 'it' })).rejects.toThrow('gone');
  });
});
