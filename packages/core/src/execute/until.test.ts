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

  describe('on who may be starting again', () => {
    const waiting = (...answers: readonly (boolean | string)[]) => {
      const { clock } = scene(0);
      const left = [...answers];
      const told: string[] = [];
      const ask = async (): Promise<boolean> => {
        const answer = left.shift() ?? false;
        if (typeof answer === 'string') throw new Error(answer);
        return answer;
      };
      const failing = (why: string): void => void told.push(why);
      const patience = { clock, withinMs: 500, what: 'it', failing };
      return { told, ended: until(ask, patience).catch((error: unknown) => error) };
    };

    test('takes an error for "not yet", and tells of it', async () => {
      const { told, ended } = waiting('gone', 'going', true);
      expect(await ended).toBeUndefined();
      expect(told).toEqual(['gone', 'going']);
    });

    test('names the error with which it ended', async () => {
      const error = await waiting('gone', false, 'no answer').ended;
      expect(error).toMatchObject({
        message: 'waited 1 s for it, in vain: no answer',
        cause: expect.objectContaining({ message: 'no answer' }),
        exitCode: 5,
      });
    });

    test('names none that was got over', async () => {
      const error = await waiting('gone', false, false).ended;
      expect(error).toMatchObject({ message: 'waited 1 s for it, in vain' });
    });
  });

  test('ends when it cannot ask', async () => {
    const { clock } = scene(0);
    const ask = () => Promise.reject(new Error('gone'));
    await expect(until(ask, { clock, withinMs: 1000, what: 'it' })).rejects.toThrow('gone');
  });
});
