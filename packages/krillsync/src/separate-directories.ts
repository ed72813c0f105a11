import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Options } from './options.ts';

type Places = Pick<Options, 'source' | 'stateDir' | 'rrdpDir' | 'rsyncDir' | 'rsyncDisable'>;

interface Place {
  readonly name: string;
  readonly path: string;
}

/**
 * Where a source's paths become files, nothing else may be: it would be overwritten, or be removed
 * as what nothing names. The served directories may be below the state directory, for there its
 * files have names that none of them has.
 *
 * @returns which two overlap, for people; undefined when all is well.
 */
export function overlapOf(places: Places): string | undefined {
  const { source, stateDir, rrdpDir, rsyncDir, rsyncDisable } = places;
  const state = placeOf('state', stateDir);
  const served = [placeOf('RRDP', rrdpDir), ...(rsyncDisable ? [] : [placeOf('rsync', rsyncDir)])];
  const origin = source.kind === 'directory' ? [placeOf('source', source.dir)] : [];
  const apart = [...served, ...origin];
  const overlaps = [
    ...pairsOf(apart).filter(([a, b]) => isWithin(a, b) || isWithin(b, a)),
    ...served.map((one) => [state, one] as const).filter(([a, b]) => isWithin(a, b)),
    ...origin.map((one) => [state, one] as const).filter(([a, b]) => a.path === b.path),
  ];
  const [first] = overlaps;
  if (!first) return undefined;
  const [a, b] = first;
  return `the ${a.name} directory ${a.path} and the ${b.name} directory ${b.path} overlap`;
}

const placeOf = (name: string, path: string): Place => ({ name, path: realPath(path) });

/** Also of what is not there yet: then that of the nearest parent that is. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}

const isWithin = (inner: Place, outer: Place): boolean =>
  inner.path === outer.path || inner.path.startsWith(join(outer.path, '/'));

const pairsOf = (all: readonly Place[]): readonly (readonly [Place, Place])[] =>
  all.flatMap((a, i) => all.slice(i + 1).map((b) => [a, b] as const));
