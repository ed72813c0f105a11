import type { Wait } from '../barrier.ts';
import { PeerBarrier } from '../peer-barrier.ts';
import { SharedMarkers } from './shared-markers.ts';
import { VirtualTime } from './virtual-time.ts';

export const session = '6683bc19-26ec-41f4-9db4-d296686e8e08';
export const deadlineMs = 5000;
const log = { error() {}, warn() {}, info() {}, debug() {} };

/** Nodes with barriers over one shared directory, in a time that only passes when it is told to. */
export function barrierScene(lagMs = 20) {
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
