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

/** Whoever cannot see his node leaves it as it is. */
export interface FailedLook {
  readonly view: null;
  readonly error: string;
}

/** Looks once, acts once. @param looked called between the two */
export async function tick(
  ports: NodePorts,
  store: LocalStore,
  attempts: Attempts,
  looked: () => void = () => undefined,
): Promise<Tick | FailedLook> {
  const decided = await decide(ports, store, attempts).catch(messageOf);
  if (typeof decided === 'string') return { view: null, error: decided };
  looked();
  const { view, action } = decided;
  const error = await perform(action, ports, store).then(() => null, messageOf);
  attempts.note(action, error);
  return { view, action, error };
}

async function decide(ports: NodePorts, store: LocalStore, { tried }: Attempts) {
  const view = { ...(await observeNode(ports, store)), tried };
  return { view, action: nextAction(view) };
}

/** Whoever changes something asks meanwhile, which makes the look come at once ({@link Attention}). */
const restMs = 5000;
const waitMs = 1000;
const longestBackOffMs = 30_000;

/** After an action look again at once; at rest look every five seconds; after failures ever later. */
export function pauseAfter(done: Tick | FailedLook, failures: number): number {
  if (done.view === null || wentWrong(done)) return Math.min(longestBackOffMs, 500 * 2 ** failures);
  const { action } = done;
  if (action.do === 'rest') return restMs;
  return action.do === 'wait' || action.do === 'refuse' ? waitMs : 0;
}

/** It failed, or there was nothing else to do than what failed before. */
export const wentWrong = (done: Tick | FailedLook): boolean =>
  done.view === null ||
  done.error !== null ||
  (isIdle(done.action) && done.view.tried.failed.length > 0);

export interface Loop {
  readonly ports: NodePorts;
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly attention: Attention;
  /** Called after every look, action and pause. */
  readonly moved: () => void;
  /** Called after every tick. */
  readonly seen: (tick: Tick | FailedLook, doing: string) => void;
  readonly stopped: () => boolean;
}

/** The loop has no opinion: the table decides, the pause follows from what came of it. */
export async function runLoop(loop: Loop): Promise<void> {
  const { ports, store, clock, attention, moved, seen, stopped } = loop;
  const attempts = new Attempts(monotonicMs);
  let failures = 0;
  while (!stopped()) {
    const done = await tick(ports, store, attempts, moved);
    moved();
    failures = wentWrong(done) ? failures + 1 : 0;
    seen(done, describeTick(done));
    const jitter = 0.9 + Math.random() * 0.2;
    await attention.pause(pauseAfter(done, failures) * jitter, clock);
    moved();
  }
}

export function describeTick(done: Tick | FailedLook): string {
  if (done.view === null) return `looking at this node failed: ${done.error}`;
  const { view, action, error } = done;
  const what = describeAction(action);
  if (error !== null) return describeFailure({ what, error });
  const [failure] = view.tried.failed;
  return action.do === 'rest' && failure !== undefined ? describeFailure(failure) : what;
}

const describeFailure = ({ what, error }: Failure): string => `${what} failed: ${error}`;
