import { type Clock, messageOf } from '@krillmanager/core';
import { monotonicMs } from '../cluster/monotonic.ts';
import { type Action, describeAction, isIdle } from './action.ts';
import { Attempts, type Failure } from './attempts.ts';
import type { Attention } from './attention.ts';
import type { LocalStore } from './local-store.ts';
import { nextAction } from './next-action.ts';
import type { NodePorts } from './node-ports.ts';
import { observeNode } from './observe-node.ts';
import { perform } from './perform.ts';
import type { View } from './view.ts';

export interface Tick {
  readonly view: View;
  readonly action: Action;
  readonly error: string | null;
}

/** Looks once, acts once. */
export async function tick(ports: NodePorts, store: LocalStore, attempts: Attempts): Promise<Tick> {
  const view = { ...(await observeNode(ports, store)), tried: attempts.tried };
  const action = nextAction(view);
  const error = await perform(action, ports, store).then(() => null, messageOf);
  attempts.note(action, error);
  return { view, action, error };
}

/** Whoever changes something asks meanwhile, which makes the look come at once ({@link Attention}). */
const restMs = 5000;
const waitMs = 1000;
const longestBackOffMs = 30_000;

/** After an action look again at once; at rest look every five seconds; after failures ever later. */
export function pauseAfter(done: Tick, failures: number): number {
  const { action } = done;
  if (wentWrong(done)) return Math.min(longestBackOffMs, 500 * 2 ** failures);
  if (action.do === 'rest') return restMs;
  return action.do === 'wait' || action.do === 'refuse' ? waitMs : 0;
}

/** It failed, or there was nothing else to do than what failed before. */
export const wentWrong = ({ view, action, error }: Tick): boolean =>
  error !== null || (isIdle(action) && view.tried.failed.length > 0);

export interface Loop {
  readonly ports: NodePorts;
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly attention: Attention;
  /** Called after every tick. */
  readonly seen: (tick: Tick, doing: string) => void;
  readonly stopped: () => boolean;
}

/** The loop has no opinion: the table decides, the pause follows from what came of it. */
export async function runLoop(loop: Loop): Promise<void> {
  const { ports, store, clock, attention, seen, stopped } = loop;
  const attempts = new Attempts(monotonicMs);
  let failures = 0;
  while (!stopped()) {
    const done = await tick(ports, store, attempts);
    failures = wentWrong(done) ? failures + 1 : 0;
    seen(done, describeTick(done));
    const jitter = 0.9 + Math.random() * 0.2;
    await attention.pause(pauseAfter(done, failures) * jitter, clock);
  }
}

export function describeTick({ view, action, error }: Tick): string {
  const what = describeAction(action);
  if (error !== null) return describeFailure({ what, error });
  const [failure] = view.tried.failed;
  return action.do === 'rest' && failure !== undefined ? describeFailure(failure) : what;
}

const describeFailure = ({ what, error }: Failure): string => `${what} failed: ${error}`;
