import { expect, test } from '@jest/globals';
import type { Clock } from '@krillmanager/core';
import { Attention } from './attention.ts';

/** Wakes each sleeper when it is told to, and knows how long each wanted to sleep. */
function clockInHand() {
  const sleeping: { readonly ms: number; readonly wake: () => void }[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: (ms) => new Promise((resolve) => sleeping.push({ ms, wake: resolve })),
  };
  return { clock, sleeping };
}

const settled = async (promise: Promise<void>): Promise<boolean> => {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return done;
};

test('nobody asks: it sleeps as long as it was told', async () => {
  const { clock, sleeping } = clockInHand();
  const pause = new Attention().pause(5000, clock);
  sleeping[0]?.wake();
  expect(await settled(pause)).toBe(false);
  expect(sleeping.map(({ ms }) => ms)).toEqual([250, 4750]);
  sleeping[1]?.wake();
  expect(await settled(pause)).toBe(true);
});

test('somebody asks while it sleeps: it wakes', async () => {
  const { clock, sleeping } = clockInHand();
  const attention = new Attention();
  const pause = attention.pause(5000, clock);
  sleeping[0]?.wake();
  await settled(pause);
  attention.drawn();
  expect(await settled(pause)).toBe(true);
});

test('somebody asks all the time: it sleeps a quarter of a second', async () => {
  const { clock, sleeping } = clockInHand();
  const attention = new Attention();
  attention.drawn();
  const pause = attention.pause(5000, clock);
  attention.drawn();
  expect(await settled(pause)).toBe(false);
  sleeping[0]?.wake();
  expect(await settled(pause)).toBe(true);
  expect(sleeping).toHaveLength(1);
});

test('who asked before one sleep does not shorten the next', async () => {
  const { clock, sleeping } = clockInHand();
  const attention = new Attention();
  attention.drawn();
  const first = attention.pause(5000, clock);
  sleeping[0]?.wake();
  await first;
  const second = attention.pause(5000, clock);
  sleeping[1]?.wake();
  expect(await settled(second)).toBe(false);
});

test('a short sleep stays short', async () => {
  const { clock, sleeping } = clockInHand();
  const pause = new Attention().pause(0, clock);
  expect(sleeping[0]?.ms).toBe(0);
  sleeping[0]?.wake();
  expect(await settled(pause)).toBe(true);
});
