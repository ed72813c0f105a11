import { type Clock, messageOf } from '@krillmanager/core';
import { type Action, describeAction } from './action.ts';
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
export async function tick(ports: NodePorts, store: LocalStore): Promise<Tick> {
  const view = await observeNode(ports, store);
  const action = nextAction(view);
  try {
    await perform(action, ports, store);
    return { view, action, error: null };
  } catch (error) {
    return { view, action, error: messageOf(error) };
  }
}

/** Whoever changes something asks meanwhile, which makes the look come at once ({@link Attention}). */
const restMs = 5000;
const waitMs = 1000;
const longestBackOffMs = 30_000;

/** After an action look again at once; at rest look every five seconds; after failures ever later. */
export function pauseAfter({ action, error }: Tick, failures: number): number {
  if (error !== null) return Math.min(longestBackOffMs, 500 * 2 ** failures);
  if (action.do === 'rest') return restMs;
  return action.do === 'wait' || action.do === 'refuse' ? waitMs : 0;
}

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
  let failures = 0;
  while (!stopped()) {
    const done = await tick(ports, store);
    failures = done.error === null ? 0 : failures + 1;
    seen(done, describeTick(done));
    const jitter = 0.9 + Math.random() * 0.2;
    await attention.pause(pauseAfter(done, failures) * jitter, clock);
  }
}

export function describeTick({ action, error }: Tick): string {
  const doing = describeAction(action);
  return error === null ? doing : `${doing} failed: ${error}`;
}
