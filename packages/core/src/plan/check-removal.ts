import type { Desired } from '../model/desired.ts';
import { ipOfHost } from '../model/ip.ts';
import type { Observed } from '../model/observed.ts';
import type { Brick } from '../model/storage.ts';
import { UserError } from '../model/user-error.ts';
import { isBlind } from './blind.ts';
import { copyMoves, isOffline, isSame, wantedBricks } from './bricks.ts';
import { leavingNodes } from './leaving.ts';
import { managersLeft } from './plan-members.ts';

/** Whether those that stay can agree, and be whole, without what goes. */
export function checkRemoval(observed: Observed, desired: Desired): readonly UserError[] {
  const few = checkQuorum(observed, desired);
  const managers = checkManagers(observed, desired);
  // Once where both say that a copy does not run.
  return [...few, ...managers, ...(few.length > 0 ? [] : checkCopies(observed, desired))];
}

/** What stays when a node goes has to be able to agree: of nodes and of copies more than half. */
function checkQuorum(observed: Observed, desired: Desired): UserError[] {
  const leaving = leavingNodes(observed, desired);
  const { nodes } = desired;
  const copies = wantedBricks(observed, desired);
  const dropping = observed.volume?.bricks.some((brick) => !copies.some((b) => isSame(b, brick)));
  if (leaving.length === 0 && dropping !== true) return [];
  const left = [
    ['nodes', nodes.length, nodes.filter((ip) => observed.facts.has(ip)).length],
    ['copies of the volume', copies.length, copies.filter((b) => answers(observed, b)).length],
  ] as const;
  const without = leaving.length > 0 ? `without ${leaving.join(', ')}` : 'with fewer copies';
  return left.flatMap(([what, all, answering]) => {
    if (answering * 2 > all) return [];
    return [
      new UserError(
        `${without} only ${answering} of ${all} ${what} would answer: too few to agree`,
        {
          hint: 'start the servers that are down, or take those out of the list instead',
        },
      ),
    ];
  });
}

/** The managers that stay have to be able to agree; those that are down go first. */
function checkManagers(observed: Observed, desired: Desired): UserError[] {
  const left = managersLeft(observed, desired);
  if (left === null || left.answering * 2 > left.all) return [];
  return [
    new UserError(
      `only ${left.answering} of the ${left.all} managers that the Swarm would have left answer: too few to agree`,
      { hint: 'start the servers that are down, or take those out of the list instead' },
    ),
  ];
}

/** A copy that is there is answered for by glusterd, one that is to come by its node. */
function answers({ facts, online, volume }: Observed, brick: Brick): boolean {
  const isThere = volume?.status === 'started' && volume.bricks.some((b) => isSame(b, brick));
  if (isThere) return online?.some((b) => isSame(b, brick)) ?? false;
  const ip = ipOfHost(brick.host);
  return ip !== null && facts.has(ip);
}

/** No copy is whole before all are: with one that does not run, a move would wait for it in vain. */
function checkCopies(observed: Observed, desired: Desired): UserError[] {
  if (observed.volume === null || isBlind(observed)) return [];
  const { kept, added, spare } = copyMoves(observed.volume, observed, desired);
  if (added.length + spare.length === 0) return [];
  return kept
    .filter((brick) => isOffline(observed, brick))
    .map(({ host }) => {
      const ip = ipOfHost(host) ?? host;
      return new UserError(`the copy of the volume on ${ip} does not run: none can be moved now`, {
        hint: 'start that server, or its glusterd; or take it out of the list, too',
      });
    });
}
