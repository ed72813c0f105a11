import { describe as about, expect, test } from '@jest/globals';
import { UserError } from '../model/user-error.ts';
import type { Step } from '../plan/step.ts';
import type { Ports } from '../ports/ports.ts';
import { desired, h1, h2 } from '../testing/three-nodes.ts';
import { execute, type StepEvent } from './execute.ts';

const start: Step = { kind: 'swarm.init', advertise: h1 };
const name: Step = { kind: 'names.assign', nodes: [h1, h2] };
const mount: Step = { kind: 'volume.mount', volume: 'krillmanager' };
const wait: Step = { kind: 'member.await', node: h2, deadlineSeconds: 1 };

interface Scene {
  readonly called: string[];
  readonly ports: Ports;
}

/** Ports that write down what is called; each call takes 10 ms. */
function scene(fail: (call: string) => unknown = () => undefined): Scene {
  const called: string[] = [];
  let ms = 0;
  const call = async (what: string): Promise<void> => {
    called.push(what);
    ms += 10;
    const error = fail(what);
    if (error !== undefined) throw error;
  };
  const ports = {
    swarm: { init: (ip: string) => call(`init ${ip}`) },
    names: { assign: () => call('assign') },
    mount: { mount: (volume: string) => call(`mount ${volume}`) },
    files: { read: async () => null },
    agents: { recruit: async () => null, status: async () => ({ doing: 'mounting the volume' }) },
    clock: {
      now: () => ms,
      sleep: async (passed: number) => {
        ms += passed;
      },
    },
  };
  return { called, ports: ports as unknown as Ports };
}

async function run(
  steps: readonly Step[],
  { ports }: Scene,
  interrupted = () => false,
  ready = async (): Promise<void> => undefined,
) {
  const events: StepEvent[] = [];
  const emit = (event: StepEvent): void => void events.push(event);
  const error = await execute(
    { version: 1, steps },
    { ports, desired, emit, interrupted, ready },
  ).catch((thrown: unknown) => thrown);
  return { events, error };
}

const brief = ({ event, number, of, title }: StepEvent) => `${event} ${number}/${of} ${title}`;

about('a plan that runs', () => {
  test('does its steps in their order and tells of each', async () => {
    const at = scene();
    const { events, error } = await run([start, name, mount], at);
    expect(error).toBeUndefined();
    expect(at.called).toEqual(['init 10.55.0.1', 'assign', 'mount krillmanager']);
    expect(events.map(brief)).toEqual([
      'started 1/3 start a Swarm with manager 10.55.0.1',
      'done 1/3 start a Swarm with manager 10.55.0.1',
      'started 2/3 name 2 nodes in /etc/hosts',
      'done 2/3 name 2 nodes in /etc/hosts',
      'started 3/3 mount volume krillmanager',
      'done 3/3 mount volume krillmanager',
    ]);
    expect(events[1]).toMatchObject({ step: start, tookMs: 10 });
  });

  test('does nothing when there is nothing to do', async () => {
    const at = scene();
    expect(await run([], at, () => true)).toEqual({ events: [], error: undefined });
    expect(at.called).toEqual([]);
  });

  test('waits for several nodes at the same time', async () => {
    const other: Step = { kind: 'member.await', node: h1, deadlineSeconds: 1 };
    const { events } = await run([wait, other, name], scene());
    const titles = events.filter(({ event }) => event === 'started').map(({ title }) => title);
    expect(titles).toEqual([
      'wait for 10.55.0.2 to join the Swarm',
      'wait for 10.55.0.1 to join the Swarm',
    ]);
    expect(events.filter(({ event }) => event === 'failed')).toHaveLength(2);
  });

  test('tells what a step waits for, once', async () => {
    const { events, error } = await run([wait], scene());
    const progress = events.filter(({ event }) => event === 'progress');
    expect(progress).toMatchObject([{ what: 'mounting the volume', number: 1, of: 1 }]);
    expect(error).toMatchObject({
      exitCode: 5,
      message: 'waited 1 s for 10.55.0.2 to join, in vain',
    });
  });
});

about('a step that fails', () => {
  test('ends the run, and says which it was', async () => {
    const cause = new Error('socket hang up');
    const at = scene((call) => (call === 'assign' ? cause : undefined));
    const { events, error } = await run([start, name, mount], at);
    expect(at.called).toEqual(['init 10.55.0.1', 'assign']);
    expect(events.at(-1)).toMatchObject({
      event: 'failed',
      number: 2,
      message: 'socket hang up',
      tookMs: 10,
    });
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: 'could not name 2 nodes in /etc/hosts: socket hang up',
      cause,
    });
  });

  test('keeps the words and the remedy of an error that was meant for the operator', async () => {
    const cause = new UserError('no space left', { hint: 'make some', exitCode: 5 });
    const { events, error } = await run(
      [mount],
      scene(() => cause),
    );
    expect(error).toBe(cause);
    expect(events.at(-1)).toMatchObject({ event: 'failed', message: 'no space left' });
  });

  test('may throw anything', async () => {
    const { error } = await run(
      [mount],
      scene(() => 'odd'),
    );
    expect(error).toMatchObject({ message: 'could not mount volume krillmanager: odd' });
  });
});

about('an interruption', () => {
  test('ends the run between two steps, and tells how to go on', async () => {
    const at = scene();
    const { events, error } = await run([start, name, mount], at, () => at.called.length === 2);
    expect(at.called).toEqual(['init 10.55.0.1', 'assign']);
    expect(events.at(-1)).toMatchObject({ event: 'done', number: 2 });
    expect(error).toMatchObject({
      message: 'interrupted before step 3 of 3',
      hint: 'run the same command again: it goes on from here',
    });
  });

  test('is also what must not go on, and it says why', async () => {
    const at = scene();
    const ready = async (): Promise<void> => {
      if (at.called.length === 2) throw new UserError('the lock was lost');
    };
    const { events, error } = await run([start, name, mount], at, () => false, ready);
    expect(at.called).toEqual(['init 10.55.0.1', 'assign']);
    expect(events.at(-1)).toMatchObject({ event: 'done', number: 2 });
    expect(error).toMatchObject({
      message: 'interrupted before step 3 of 3: the lock was lost',
      hint: 'run the same command again: it goes on from here',
      exitCode: 1,
    });
  });
});
