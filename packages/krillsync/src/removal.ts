import { hash } from 'node:crypto';
import { countPublishes } from './count-publishes.ts';
import type { Notification } from './notification.ts';
import { chainFrom } from './plan-update.ts';
import { type StagedFile, scanDelta, whereIs } from './rrdp-directory.ts';
import { scanFile } from './scan-file.ts';
import type { Setup } from './setup.ts';

/** From how much on an update is held. */
export interface RemovalRule {
  /** More than this share of the objects. */
  readonly percent: number;
  /** Fewer objects than this are nothing that anybody wants to be asked about. */
  readonly least: number;
}

/** What an update takes away from clients. */
export interface Removal {
  /** Objects served now. */
  readonly of: number;
  readonly removed: number;
  /** Publication points, by URI, that lose all they had: a whole CA's. */
  readonly points: readonly string[];
}

const nothing: Removal = { of: 0, removed: 0, points: [] };

/**
 * What would go. As a rule the deltas tell at once that it is little; then both snapshots are not
 * read, so an ordinary serial costs nothing here however many objects there are.
 */
export async function removalOf(
  setup: Setup,
  served: Notification,
  offered: Notification,
  staged: readonly StagedFile[],
  { least, percent }: RemovalRule,
): Promise<Removal> {
  const before = whereIs(setup, served.snapshot, []);
  const gone = await withdrawn(setup, served, offered, staged);
  if (gone && gone.size < least) return nothing;
  if (gone && ![...gone].some(isManifest)) {
    const of = await countPublishes(before, setup.stop);
    if (gone.size * 100 <= of * percent) return { of, removed: gone.size, points: [] };
  }
  return compare(before, whereIs(setup, offered.snapshot, staged), least, setup.stop);
}

/** By the deltas between; undefined without a chain of them. */
async function withdrawn(
  setup: Setup,
  served: Notification,
  offered: Notification,
  staged: readonly StagedFile[],
): Promise<ReadonlySet<string> | undefined> {
  const chain = chainFrom(served, offered);
  if (!chain || chain.length === 0) return undefined;
  const gone = new Set<string>();
  for (const delta of chain) {
    await scanDelta(setup, offered, delta, staged, {
      publish: ({ text }) => void gone.delete(text),
      withdraw: ({ text }) => void gone.add(text),
    });
  }
  return gone;
}

const isManifest = (uri: string): boolean => uri.endsWith('.mft');
const pointOf = (uri: string): string => uri.slice(0, uri.lastIndexOf('/') + 1);
/** Half a million names as text would be too many to keep; two that share 48 bits are one in 10^9. */
const shortOf = (uri: string): number => hash('sha1', uri, 'buffer').readUIntBE(0, 6);

async function compare(
  before: string,
  after: string,
  least: number,
  stop: AbortSignal,
): Promise<Removal> {
  const kept = new Set<number>();
  await eachName(after, stop, (uri) => kept.add(shortOf(uri)));
  const points = new Map<string, { objects: number; kept: number; isPoint: boolean }>();
  let [of, removed] = [0, 0];
  await eachName(before, stop, (uri) => {
    const isKept = kept.has(shortOf(uri));
    of += 1;
    removed += Number(!isKept);
    const name = pointOf(uri);
    const point = points.get(name) ?? { objects: 0, kept: 0, isPoint: false };
    point.objects += 1;
    point.kept += Number(isKept);
    point.isPoint ||= isManifest(uri);
    points.set(name, point);
  });
  const lost = [...points].filter(
    ([, point]) => point.isPoint && point.kept === 0 && point.objects >= least,
  );
  return { of, removed, points: lost.map(([name]) => name).toSorted() };
}

/** Both files have been checked before: only names are read, no content. */
async function eachName(
  path: string,
  stop: AbortSignal,
  tell: (uri: string) => void,
): Promise<void> {
  const handler = {
    root: () => {},
    element: (_: string, attributes: ReadonlyMap<string, string>) => {
      const uri = attributes.get('uri');
      if (uri !== undefined) tell(uri);
    },
  };
  await scanFile(path, path, handler, stop);
}
