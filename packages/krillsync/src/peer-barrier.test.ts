import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Wait } from './barrier.ts';
import { Superseded } from './krillsync-error.ts';
import { peerLiveMs } from './limits.ts';
import { PeerBarrier } from './peer-barrier.ts';
import { SharedMarkers } from './testing/shared-markers.ts';
import { VirtualTime } from './testing/virtual-time.ts';

const session = '6683bc19-26ec-41f4-9db4-d296686e8e08';
const deadlineMs = 5000;
const log = { error() {}, warn() {}, info() {}, debug() {} };

function scene(lagMs = 20) {
  const time = new VirtualTime();
  const markers = new SharedMarkers(time, lagMs);
  const node = (name: string) => {
    const exchange = markers.exchange();
    const barrier = new PeerBarrier({ name, deadlineMs, exchange, clock: time, log });
    const stop = new AbortController();
    /** What came of it, and after how long; undefined while it waits. */
    const stage = (serial: number, hasMoved: Wait['hasMoved'] = async () => false, at = 1000) => {
      const began = time.now();
      const outcome: { time?: number; error?: unknown; afterMs?: number } = {};
      barrier.staged({ session, serial, time: at }, { stop: stop.signal, hasMoved }).then(
        (agreed) => Object.assign(outcome, { time: agreed, afterMs: time.now() - began }),
        (error: unknown) => Object.assign(outcome, { error, afterMs: time.now() - began }),
      );
      return outcome;
    };
    return { name, exchange, barrier, stop, stage };
  };
  return { time, markers, node };
}

describe('a version is shown', () => {
  test('when every node has it, and on all of them then', async () => {
    const { time, node } = scene();
    const [a, b, c] = [node('a'), node('b'), node('c')];
    await time.pass(3000);
    const first = a.stage(1);
    await time.pass(500);
    const second = b.stage(1);
    await time.pass(500);
    expect([first.afterMs, second.afterMs]).toEqual([undefined, undefined]);
    const third = c.stage(1);
    await time.pass(500);
    expect(first.afterMs).toBeLessThan(1200);
    expect(second.afterMs).toBeLessThan(700);
    expect(third.afterMs).toBeLessThan(200);
    expect(a.barrier.report()).toMatchObject({ peers: 2, alone: 0, superseded: 0 });
  });

  test('at once where there is no other node', async () => {
    const { time, node } = scene();
    const a = node('a');
    await time.pass(2000);
    const shown = a.stage(1);
    await time.pass(100);
    expect(shown).toMatchObject({ time: 1000 });
  });

  test('after the deadline without a node that lives and lacks it, and that is counted', async () => {
    const { time, node } = scene();
    const [a] = [node('a'), node('b')];
    await time.pass(3000);
    const shown = a.stage(1);
    await time.pass(deadlineMs - 100);
    expect(shown.afterMs).toBeUndefined();
    await time.pass(200);
    expect(shown.time).toBe(1000);
    expect(a.barrier.report()).toMatchObject({ peers: 1, alone: 1 });
  });

  test('without waiting again for one that missed a deadline, until it has caught up', async () => {
    const { time, node } = scene();
    const [a, b] = [node('a'), node('b')];
    await time.pass(3000);
    a.stage(1);
    await time.pass(deadlineMs + 100);
    const second = a.stage(2);
    await time.pass(300);
    expect(second.afterMs).toBeLessThan(200);
    expect(a.barrier.report().alone).toBe(2);
    b.stage(2);
    await time.pass(2000);
    const third = a.stage(3);
    await time.pass(2000);
    expect(third.afterMs).toBeUndefined();
    b.stage(3);
    await time.pass(200);
    expect(third.time).toBe(1000);
    expect(a.barrier.report().alone).toBe(2);
  });

  test('soon after a node has died, and at once from then on', async () => {
    const { time, node } = scene();
    const [a, b] = [node('a'), node('b')];
    await time.pass(3000);
    b.barrier.close();
    const first = a.stage(1);
    await time.pass(peerLiveMs + 200);
    expect(first.afterMs).toBeLessThan(peerLiveMs + 200);
    const second = a.stage(2);
    await time.pass(200);
    expect(second.afterMs).toBeLessThan(200);
    expect(a.barrier.report()).toMatchObject({ peers: 0, alone: 0 });
  });

  test('although a removed node left its marker: it costs one wait after a start', async () => {
    const { time, markers, node } = scene();
    const gone = { name: 'gone', staged: { session, serial: 7 }, time: 0, counter: 3 };
    markers.files.set('gone', gone);
    const a = node('a');
    await time.pass(peerLiveMs + 1000);
    const shown = a.stage(1);
    await time.pass(200);
    expect(shown.afterMs).toBeLessThan(200);
  });

  test('on a node that starts anew, which waits for those that it finds', async () => {
    const { time, node } = scene();
    const [a, b] = [node('a'), node('b')];
    await time.pass(3000);
    const shown = a.stage(1);
    b.exchange.close();
    const reborn = node('b');
    await time.pass(1000);
    expect(shown.afterMs).toBeUndefined();
    const also = reborn.stage(1);
    await time.pass(300);
    expect(shown.time).toBe(1000);
    expect(also.afterMs).toBeLessThan(300);
  });

  test('by the deadline although the shared directory hangs, and that is counted', async () => {
    const { time, node } = scene();
    const [a, b] = [node('a'), node('b')];
    a.exchange.isHung = true;
    await time.pass(6000);
    const shown = a.stage(1);
    await time.pass(deadlineMs + 100);
    expect(shown.afterMs).toBeLessThanOrEqual(deadlineMs + 50);
    expect(a.barrier.report().alone).toBe(1);
    b.barrier.close();
  });
});

describe('a newer version on another node', () => {
  test('takes the place of ours when the source offers it here too', async () => {
    const { time, node } = scene();
    const [a, b] = [node('a'), node('b')];
    await time.pass(3000);
    b.stage(2);
    await time.pass(100);
    const dropped = a.stage(1, async () => true);
    await time.pass(300);
    expect(dropped.error).toBeInstanceOf(Superseded);
    const taken = a.stage(2);
    await time.pass(300);
    expect(taken.time).toBe(1000);
    expect(a.barrier.report()).toMatchObject({ alone: 0, superseded: 1 });
  });

  test('is waited for, up to the deadline, when the source does not offer it here', async () => {
    const { time, node } = scene();
    const [a, b] = [node('a'), node('b')];
    await time.pass(3000);
    b.stage(2);
    await time.pass(100);
    const shown = a.stage(1);
    await time.pass(deadlineMs - 500);
    expect(shown.afterMs).toBeUndefined();
    await time.pass(700);
    expect(shown.time).toBe(1000);
  });

  test('is not asked for longer than the deadline, whatever the source does', async () => {
    const { time, node } = scene();
    const [a, b] = [node('a'), node('b')];
    await time.pass(3000);
    b.stage(2);
    await time.pass(100);
    const shown = a.stage(1, () => new Promise<boolean>(() => {}));
    await time.pass(deadlineMs + 100);
    expect(shown.time).toBe(1000);
  });

  test('of another session is not newer: nobody is told to drop anything', async () => {
    const { time, markers, node } = scene();
    const a = node('a');
    const other = '00000000-26ec-41f4-9db4-d296686e8e08';
    const keepsMoving = () => {
      const counter = (markers.files.get('b')?.counter ?? 0) + 1;
      markers.files.set('b', {
        name: 'b',
        staged: { session: other, serial: 9 },
        time: 0,
        counter,
      });
      time.after(500, keepsMoving);
    };
    keepsMoving();
    await time.pass(3000);
    const shown = a.stage(1, async () => true);
    await time.pass(deadlineMs + 100);
    expect(shown.time).toBe(1000);
  });

  test('that comes again and again does not prolong the wait', async () => {
    const { time, node } = scene();
    const [a, b] = [node('a'), node('b')];
    await time.pass(3000);
    const began = time.now();
    let outcome = a.stage(1, async () => true);
    for (let serial = 2; outcome.time === undefined && serial < 100; serial += 1) {
      b.exchange.say({ name: 'b', staged: { session, serial }, time: 0 });
      await time.pass(200);
      if (outcome.error !== undefined) outcome = a.stage(serial - 1, async () => true);
    }
    expect(outcome.time).toBe(1000);
    expect(time.now() - began).toBeLessThan(deadlineMs + 1000);
  });
});

describe('the time of the notification', () => {
  test('is the latest that any node would give it, the same on all', async () => {
    const { time, node } = scene();
    const nodes = [node('a'), node('b'), node('c')];
    await time.pass(3000);
    const outcomes = nodes.map((each, i) => each.stage(1, undefined, 1000 + i));
    await time.pass(300);
    expect(outcomes.map((outcome) => outcome.time)).toEqual([1002, 1002, 1002]);
  });

  test('is that of the others on a node that comes late', async () => {
    const { time, node } = scene();
    const a = node('a');
    await time.pass(3000);
    a.stage(1, undefined, 1007);
    await time.pass(300);
    const late = node('late');
    await time.pass(1500);
    const outcome = late.stage(1);
    await time.pass(300);
    expect(outcome.time).toBe(1007);
  });

  test('does not follow a marker that is far off', async () => {
    const { time, node } = scene();
    const [a, b] = [node('a'), node('b')];
    await time.pass(3000);
    b.stage(1, undefined, 999_999_999);
    const outcome = a.stage(1);
    await time.pass(300);
    expect(outcome.time).toBe(1000);
  });
});

test('a stop ends the wait', async () => {
  const { time, node } = scene();
  const [a] = [node('a'), node('b')];
  await time.pass(3000);
  const outcome = a.stage(1);
  await time.pass(100);
  a.stop.abort(new Error('stopped'));
  await time.pass(100);
  expect(String(outcome.error)).toContain('stopped');
});

/** When each node has a version in place, and which nodes die or hang at which time. */
const story = fc.record({
  lagMs: fc.integer({ min: 0, max: 400 }),
  readyMs: fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: 2, maxLength: 5 }),
  deaths: fc.array(fc.option(fc.integer({ min: 0, max: 9000 })), { minLength: 5, maxLength: 5 }),
});

test('whatever happens, nobody waits past the deadline nor shows what a live node lacks before it', async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ lagMs, readyMs, deaths }) => {
      const { time, node } = scene(lagMs);
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
