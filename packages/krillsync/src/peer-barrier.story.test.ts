import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { barrierScene, deadlineMs, session } from './testing/barrier-scene.ts';

/** When each node has a version in place, and which nodes die or hang at which time. */
const story = fc.record({
  lagMs: fc.integer({ min: 0, max: 400 }),
  readyMs: fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: 2, maxLength: 5 }),
  deaths: fc.array(fc.option(fc.integer({ min: 0, max: 9000 })), { minLength: 5, maxLength: 5 }),
});

test('whatever happens, nobody waits past the deadline nor shows what a live node lacks before it', async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ lagMs, readyMs, deaths }) => {
      const { time, node } = barrierScene(lagMs);
      const nodes = readyMs.map((_, i) => node(`n${i}`));
      await time.pass(3000);
      const began = time.now();
      const shownAt: (number | undefined)[] = readyMs.map(() => undefined);
      for (const [i, each] of nodes.entries()) {
        const dead = deaths[i] ?? null;
        if (dead !== null) time.after(dead, () => each.exchange.close());
        time.after(readyMs[i] ?? 0, () => {
          if (dead !== null && dead <= (readyMs[i] ?? 0)) return;
          const wait = { stop: each.stop.signal, hasMoved: async () => false };
          each.barrier.staged({ session, serial: 2, time: 1 }, wait).then(() => {
            shownAt[i] = time.now() - began;
          });
        });
      }
      await time.pass(20_000);
      const slack = 2 * lagMs + 1200;
      for (const [i, ready] of readyMs.entries()) {
        const dead = deaths[i] ?? null;
        if (dead !== null) continue;
        const at = shownAt[i] ?? Infinity;
        expect(at - ready).toBeLessThanOrEqual(deadlineMs + 100);
        const lacking = readyMs.filter((other, j) => (deaths[j] ?? null) === null && other > at);
        if (lacking.length > 0) expect(at - ready).toBeGreaterThanOrEqual(deadlineMs - slack);
      }
    }),
    { numRuns: 100 },
  );
});
