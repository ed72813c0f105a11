import type { Setting } from './environment.ts';

type Keys = Record<string, unknown>;

const isMap = (value: unknown): value is Keys =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The document with settings from elsewhere put over it; what is no map is left for its message. */
export function overlay(document: unknown, settings: readonly Setting[]): unknown {
  if (settings.length === 0 || (document !== null && !isMap(document))) return document;
  return settings.reduce<Keys>((keys, { path, value }) => put(keys, path, value), document ?? {});
}

function put(keys: Keys, [key = '', ...rest]: readonly string[], value: unknown): Keys {
  if (rest.length === 0) return { ...keys, [key]: value };
  return { ...keys, [key]: put(mapOf(key, keys[key]), rest, value) };
}

/** One name for all domains becomes three, of which one can be another. */
function mapOf(key: string, value: unknown): Keys {
  if (key === 'domains' && typeof value === 'string') {
    return { krill: value, rrdp: value, rsync: value };
  }
  return isMap(value) ? value : {};
}
