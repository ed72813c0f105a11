import { describe, expect, test } from '@jest/globals';
import { peerLiveMs } from './limits.ts';
import { barrierScene, deadlineMs, session } from './testing/barrier-scene.ts';

describe('a version is shown', () => {
  test('when every node has it, and on all of them then', async () => {
    const { time, node } = barrierScene();
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
    const { time, node } = barrierScene();
    const a = node('a');
    await time.pass(2000);
    const shown = a.stage(1);
    await time.pass(100);
    expect(shown).toMatchObject({ time: 1000 });
  });

  test('after the deadline without a node that lives and lacks it, and that is counted', async () => {
    const { time, node } = barrierScene();
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
    const { time, node } = barrierScene();
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
    const { time, node } = barrierScene();
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
    const { time, markers, node } = barrierScene();
    const gone = { name: 'gone', staged: { session, serial: 7 }, time: 0, counter: 3 };
    markers.files.set('gone', gone);
    const a = node('a');
    await time.pass(peerLiveMs + 1000);
    const shown = a.stage(1);
    await time.pass(200);
    expect(shown.afterMs).toBeLessThan(200);
  });

  test('on a node that starts anew, which waits for those that it finds', async () => {
    const { time, node } = barrierScene();
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
    const { time, node } = barrierScene();
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

describe('the time of the notification', () => {
  test('is the latest that any node would give it, the same on all', async () => {
    const { time, node } = barrierScene();
    const nodes = [node('a'), node('b'), node('c')];
    await time.pass(3000);
    const outcomes = nodes.map((each, i) => each.stage(1, undefined, 1000 + i));
    await time.pass(300);
    expect(outcomes.map((outcome) => outcome.time)).toEqual([1002, 1002, 1002]);
  });

  test('is that of the others on a node that comes late', async () => {
    const { time, node } = barrierScene();
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
    const { time, node } = barrierScene();
    const [a, b] = [node('a'), node('b')];
    await time.pass(3000);
    b.stage(1, undefined, 999_999_999);
    const outcome = a.stage(1);
    await time.pass(300);
    expect(outcome.time).toBe(1000);
  });
});

test('a stop ends the wait', async () => {
  const { time, node } = barrierScene();
  const [a] = [node('a'), node('b')];
  await time.pass(3000);
  const outcome = a.stage(1);
  await time.pass(100);
  a.stop.abort(new Error('stopped'));
  await time.pass(100);
  expect(String(outcome.error)).toContain('stopped');
});
