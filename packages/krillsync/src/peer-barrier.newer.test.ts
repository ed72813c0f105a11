import { describe, expect, test } from '@jest/globals';
import { Superseded } from './krillsync-error.ts';
import { barrierScene, deadlineMs, session } from './testing/barrier-scene.ts';

describe('a newer version on another node', () => {
  test('takes the place of ours when the source offers it here too', async () => {
    const { time, node } = barrierScene();
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
    const { time, node } = barrierScene();
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
    const { time, node } = barrierScene();
    const [a, b] = [node('a'), node('b')];
    await time.pass(3000);
    b.stage(2);
    await time.pass(100);
    const shown = a.stage(1, () => new Promise<boolean>(() => {}));
    await time.pass(deadlineMs + 100);
    expect(shown.time).toBe(1000);
  });

  test('of another session is not newer: nobody is told to drop anything', async () => {
    const { time, markers, node } = barrierScene();
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
    const { time, node } = barrierScene();
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
