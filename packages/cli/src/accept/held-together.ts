import { type HeldUpdate, type Ip, type NodeStatus, UserError } from '@krillmanager/core';

export interface HeldTogether {
  /** What an acceptance has to say to cover what every one of them holds. */
  readonly update: HeldUpdate;
  readonly nodes: readonly Ip[];
}

/**
 * What the nodes hold back, as one. Krill may have gone on while they looked: the oldest serial, and
 * the most that any of them would remove.
 *
 * @returns null when nothing is held.
 * @throws UserError when they hold versions of different sessions.
 */
export function heldTogether(answers: ReadonlyMap<Ip, NodeStatus | null>): HeldTogether | null {
  const holding = [...answers].flatMap(([ip, status]) =>
    status?.held === undefined ? [] : [{ ip, held: status.held }],
  );
  const [first] = holding;
  if (first === undefined) return null;
  const all = holding.map(({ held }) => held);
  if (all.some(({ session }) => session !== first.held.session)) {
    throw new UserError('the nodes hold versions of different sessions', {
      hint: 'Krill may have begun a new session in this moment: run the command again',
    });
  }
  const update = {
    session: first.held.session,
    serial: Math.min(...all.map(({ serial }) => serial)),
    of: Math.max(...all.map(({ of }) => of)),
    removed: Math.max(...all.map(({ removed }) => removed)),
    points: [...new Set(all.flatMap(({ points }) => points))].toSorted(),
  };
  return { update, nodes: holding.map(({ ip }) => ip) };
}
