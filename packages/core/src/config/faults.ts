import type { z } from 'zod';
import { expected } from './expected.ts';
import { nearest } from './nearest.ts';
import {
  allKeys,
  type KeyPath,
  keysBelow,
  keysWith,
  nodesAt,
  type SchemaNode,
} from './schema-tree.ts';

export interface Fault {
  readonly path: KeyPath;
  /** The key itself is wrong, not its value. */
  readonly atKey: boolean;
  readonly what: string;
}

type Issue = z.core.$ZodIssue;

/** What is wrong with a value, each fault once, in words that name what was expected. */
export function faultsOf(
  issues: readonly Issue[],
  given: unknown,
  root: SchemaNode,
): readonly Fault[] {
  const found = issues.flatMap(flat).flatMap((issue) => faults(issue, given, root));
  const known = new Set<string>();
  return found.filter(({ path, what }) => {
    const key = `${path.join('.')} ${what}`;
    return !known.has(key) && known.add(key);
  });
}

/** Of a union that nothing fits, the alternative that was meant: the one of the right shape. */
function flat(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const below = issue.errors.map((each) =>
    each.map((error) => ({ ...error, path: [...issue.path, ...error.path] })),
  );
  const fits = ({ code, path }: Issue): boolean =>
    path.length > issue.path.length || code === 'unrecognized_keys';
  const meant = below.find((each) => each.every(fits));
  return meant === undefined ? [issue] : meant.flatMap(flat);
}

function faults(issue: Issue, given: unknown, root: SchemaNode): readonly Fault[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      atKey: true,
      what: unknownKey([...path, key], given, root),
    }));
  }
  const value = valueAt(given, path);
  const wanted = expected(nodesAt(path, root));
  const what =
    value === undefined && path.length > 0
      ? `is missing: expected ${wanted}`
      : `expected ${wanted}, found ${found(issue, value)}`;
  return [{ path, atKey: false, what }];
}

function unknownKey(path: KeyPath, given: unknown, root: SchemaNode): string {
  const key = String(path.at(-1));
  const map = path.slice(0, -1);
  const siblings = keysBelow(map, root);
  const mode = valueAt(given, [...map, 'mode']);
  if (siblings.includes(key)) {
    return `is not known with ${[...map, 'mode'].join('.')}: ${JSON.stringify(mode)}`;
  }
  const here = nearest(key, keysWith(mode, nodesAt(map, root)));
  const elsewhere = allKeys(root).find((known) => known.split('.').at(-1) === key);
  const meant = here === null ? elsewhere : [...map, here].join('.');
  return meant === undefined
    ? `is not known here; known are ${siblings.join(', ')}`
    : `is not known here; did you mean ${meant}?`;
}

function valueAt(given: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    given,
  );
}

/** A key for the name of a file with a secret: somebody may have written the secret itself. */
const isSecret = (path: KeyPath): boolean => path.at(-1) === 'adminTokenFile';

function found({ code, path }: Issue, value: unknown): string {
  if (isSecret(path)) return 'something else';
  const counted = code === 'too_big' || code === 'too_small';
  return counted && Array.isArray(value) ? String(value.length) : shown(value);
}

const longest = 60;

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map of keys';
  if (value === null || value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
