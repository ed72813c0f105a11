import type { Clock } from '@krillmanager/core';

/**
 * One question for all who ask while it is under way, and for those who ask soon after it was put:
 * balancers, or anybody who floods the port, cost one look at Docker and NGINX in that time.
 * @param forMs how old an answer may be, by when its question was put; a failure is not kept
 */
export function sharedAnswer<T>(
  ask: () => Promise<T>,
  { now }: Pick<Clock, 'now'>,
  forMs: number,
): () => Promise<T> {
  let last: { readonly answer: Promise<T>; readonly atMs: number; over: boolean } | null = null;
  return () => {
    if (last !== null && (!last.over || now() - last.atMs < forMs)) return last.answer;
    const current = { answer: ask(), atMs: now(), over: false };
    last = current;
    current.answer.then(
      () => {
        current.over = true;
      },
      () => {
        if (last === current) last = null;
      },
    );
    return current.answer;
  };
}
