import type { Desired } from '../model/desired.ts';
import { hostName } from '../model/ip.ts';
import type { Observed } from '../model/observed.ts';
import { type Brick, formatBrick, type VolumeState } from '../model/storage.ts';

/** Bricks stay where they are while their node stays; a node without one gets it when one is due. */
export function wantedBricks(
  { volume: found }: Observed,
  { nodes, volume }: Desired,
): readonly Brick[] {
  const path = volume.bricks[0]?.path ?? '';
  const possible = nodes.map((ip): Brick => ({ host: hostName(ip), path }));
  const has = (brick: Brick): boolean => found?.bricks.some((b) => isSame(b, brick)) ?? false;
  const ordered = [...possible.filter(has), ...possible.filter((brick) => !has(brick))];
  return ordered.slice(0, volume.replica);
}

export const isSame = (a: Brick, b: Brick): boolean => formatBrick(a) === formatBrick(b);

/** glusterd says that it does not run. */
export const isOffline = ({ online }: Observed, brick: Brick): boolean =>
  online !== null && !online.some((each) => isSame(each, brick));

/** What becomes of the copies: those that stay, come, are lost already, or go once the others are whole. */
export function copyMoves(found: VolumeState, observed: Observed, desired: Desired) {
  const wanted = wantedBricks(observed, desired);
  const isWanted = (brick: Brick): boolean => wanted.some((b) => isSame(b, brick));
  const dropped = found.bricks.filter((brick) => !isWanted(brick));
  return {
    kept: found.bricks.filter(isWanted),
    added: wanted.filter((brick) => !found.bricks.some((b) => isSame(b, brick))),
    lost: dropped.filter((brick) => isOffline(observed, brick)),
    spare: dropped.filter((brick) => !isOffline(observed, brick)),
  };
}
