import type { Setting } from './environment.ts';
import { keysWith, nodesAt, type SchemaNode } from './schema-tree.ts';

type Keys = Record<string, unknown>;

export const isMap = (value: unknown): value is Keys =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The document with settings from elsewhere put over it; what is no map is left for its message. */
export function overlay(
  document: unknown,
  settings: readonly Setting[],
  root: SchemaNode,
): unknown {
  if (settings.length === 0 || (document !== null && !isMap(document))) return document;
  return settings.reduce<Keys>(
    (keys, { path, value }) => put(withoutForeign(keys, path, value, root), path, value),
    document ?? {},
  );
}

function put(keys: Keys, [key = '', ...rest]: readonly string[], value: unknown): Keys {
  if (rest.length === 0) return { ...keys, [key]: value };
  return { ...keys, [key]: put(mapOf(key, keys[key]), rest, value) };
}

/** Another mode than the document's: what it says for its own, and the new one does not know, goes. */
function withoutForeign(
  keys: Keys,
  [map = '', key]: readonly string[],
  mode: unknown,
  root: SchemaNode,
): Keys {
  const below = keys[map];
  if (key !== 'mode' || !isMap(below) || below['mode'] === mode) return keys;
  const known = keysWith(mode, nodesAt([map], root));
  // Of a mode that there is not, the mode is told and nothing else.
  if (known.length === 0) return { ...keys, [map]: {} };
  return {
    ...keys,
    [map]: Object.fromEntries(Object.entries(below).filter(([name]) => known.includes(name))),
  };
}

/** One name for all domains becomes three, of which one can be another. */
function mapOf(key: string, value: unknown): Keys {
  if (key === 'domains' && typeof value === 'string') {
    return { krill: value, rrdp: value, rsync: value };
  }
  return isMap(value) ? value : {};
}
