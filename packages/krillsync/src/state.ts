import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './durable.ts';

/** A snapshot or delta file that was put into the RRDP directory by us. */
export interface KnownFile {
  /** SHA-256; null while the file is on its way to its place. */
  readonly hash: string | null;
  readonly size: number;
  /** Since when nothing served names it, in ms since 1970; null while it is served. */
  readonly unreferencedSince: number | null;
}

/** A complete rsync tree. */
export interface KnownTree {
  /** SHA-256 of the snapshot that it shows. */
  readonly snapshot: string;
  readonly includesHost: boolean;
  readonly objects: number;
  /** Trees with the same one came from one another by deltas. */
  readonly lineage?: string;
}

/**
 * What cannot be read from the served directories themselves. Losing it costs work, not
 * correctness: files are staged again and the tree is built once more.
 */
export interface State {
  readonly files: ReadonlyMap<string, KnownFile>;
  readonly trees: ReadonlyMap<string, KnownTree>;
  /** Trees that are not `current`, since when in ms since 1970. */
  readonly oldTrees: ReadonlyMap<string, number>;
  /** Deltas, by SHA-256, that the source names and that are not sound; and why. */
  readonly refused: ReadonlyMap<string, string>;
}

const emptyState: State = {
  files: new Map(),
  trees: new Map(),
  oldTrees: new Map(),
  refused: new Map(),
};

export function readState(stateDir: string): State {
  try {
    return parseState(JSON.parse(readFileSync(join(stateDir, 'state.json'), 'utf8')));
  } catch {
    return emptyState;
  }
}

export function writeState(stateDir: string, { files, trees, oldTrees, refused }: State): void {
  const json = {
    format: 1,
    files: Object.fromEntries(files),
    trees: Object.fromEntries(trees),
    oldTrees: Object.fromEntries(oldTrees),
    refused: Object.fromEntries(refused),
  };
  const content = Buffer.from(`${JSON.stringify(json, null, 1)}\n`);
  const path = join(stateDir, 'state.json');
  const isSame = existsSync(path) && readFileSync(path).equals(content);
  if (!isSame) replaceFile(path, join(stateDir, '.state.json.new'), content);
}

function parseState(json: unknown): State {
  if (!isRecord(json) || json.format !== 1) return emptyState;
  return {
    files: entries(json.files, isKnownFile),
    trees: entries(json.trees, isKnownTree),
    oldTrees: entries(json.oldTrees, isNumber),
    refused: entries(json.refused, isString),
  };
}

function entries<T>(json: unknown, is: (value: unknown) => value is T): Map<string, T> {
  const result = new Map<string, T>();
  if (!isRecord(json)) return result;
  for (const [key, value] of Object.entries(json)) if (is(value)) result.set(key, value);
  return result;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isString = (value: unknown): value is string => typeof value === 'string';

const isNumber = (value: unknown): value is number => typeof value === 'number';

const isKnownFile = (value: unknown): value is KnownFile =>
  isRecord(value) &&
  (value.hash === null || typeof value.hash === 'string') &&
  isNumber(value.size) &&
  (value.unreferencedSince === null || isNumber(value.unreferencedSince));

const isKnownTree = (value: unknown): value is KnownTree =>
  isRecord(value) &&
  typeof value.snapshot === 'string' &&
  typeof value.includesHost === 'boolean' &&
  isNumber(value.objects) &&
  (value.lineage === undefined || isString(value.lineage));
