import { nearest } from './nearest.ts';
import { allKeys, nodesAt, type SchemaNode } from './schema-tree.ts';

const variablePrefix = 'KRILLMANAGER_';

/** e.g. krill.adminTokenFile: KRILLMANAGER_KRILL_ADMIN_TOKEN_FILE. */
const variableOf = (key: string): string =>
  variablePrefix +
  key
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()
    .replace('_MI_B', '_MIB');

export interface Setting {
  readonly path: readonly string[];
  readonly value: unknown;
  /** Who says so, for messages. */
  readonly from: string;
}

export interface EnvironmentSettings {
  readonly settings: readonly Setting[];
  readonly faults: readonly string[];
}

/**
 * Values from KRILLMANAGER_<KEY>; a name that nearly is one, or the beginning of some, is a fault, any
 * other is not ours.
 */
export function environmentSettings(
  environment: Readonly<Record<string, string | undefined>>,
  root: SchemaNode,
): EnvironmentSettings {
  const names = new Map(settable(root).map((key) => [variableOf(key), key]));
  const settings = [...names].flatMap(([name, key]): Setting[] => {
    const text = environment[name];
    const path = key.split('.');
    return text === undefined ? [] : [{ path, value: readAs(text, path, root), from: name }];
  });
  const faults = Object.keys(environment)
    .filter((name) => name.startsWith(variablePrefix) && !names.has(name))
    .flatMap((name) => misspelled(name, [...names.keys()]));
  return { settings, faults };
}

function misspelled(name: string, known: readonly string[]): readonly string[] {
  const below = known.filter((each) => each.startsWith(`${name}_`));
  if (below.length > 0) return [`${name}: holds no value; there are ${below.join(', ')}`];
  const meant = nearest(withoutPrefix(name), known.map(withoutPrefix));
  return meant === null ? [] : [`${name}: did you mean ${variablePrefix}${meant}?`];
}

const withoutPrefix = (name: string): string => name.slice(variablePrefix.length);

/** Keys that hold a value, not only other keys. */
const settable = (root: SchemaNode): readonly string[] =>
  allKeys(root).filter((key) =>
    nodesAt(key.split('.'), root).some(({ type }) => type !== 'object'),
  );

const isNumber = (value: unknown): boolean => typeof value === 'number';

function readAs(text: string, path: readonly string[], root: SchemaNode): unknown {
  const nodes = nodesAt(path, root);
  const types = nodes.map(({ type }) => type);
  const numbers = types.includes('integer') || nodes.some(({ enum: some }) => some?.some(isNumber));
  if (numbers && /^\d+$/.test(text)) return Number(text);
  if (types.includes('boolean') && /^(true|false)$/.test(text)) return text === 'true';
  if (types.includes('array')) return listOf(text);
  return text;
}

const listOf = (text: string): readonly string[] =>
  text.trim() === '' ? [] : text.split(',').map((word) => word.trim());
