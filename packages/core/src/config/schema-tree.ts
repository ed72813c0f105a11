import { z } from 'zod';
import { configurationSchema } from './schema.ts';

/** The part of JSON Schema that zod writes and we read. */
export interface SchemaNode {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
}

/** JSON Schema (2020-12) of the configuration as it is written. */
export const configurationJsonSchema = (): SchemaNode =>
  z.toJSONSchema(configurationSchema, { io: 'input' }) as SchemaNode;

/** A union's alternatives, or the node itself. */
const alternatives = (node: SchemaNode): readonly SchemaNode[] =>
  (node.anyOf ?? node.oneOf ?? [node]).flatMap((each) =>
    each === node ? [node] : alternatives(each),
  );

export type KeyPath = readonly PropertyKey[];

/** All that may stand at a path: alternatives of a union each say their own. */
export function nodesAt(path: KeyPath, root: SchemaNode): readonly SchemaNode[] {
  const [key, ...rest] = path;
  if (key === undefined) return alternatives(root);
  const below = alternatives(root).flatMap(({ properties, items }) =>
    typeof key === 'number' ? (items ?? []) : (properties?.[String(key)] ?? []),
  );
  return below.flatMap((node) => nodesAt(rest, node));
}

/** Every key below a map, in the order of the schema, each once. */
export const keysBelow = (path: KeyPath, root: SchemaNode): readonly string[] => [
  ...new Set(nodesAt(path, root).flatMap(({ properties = {} }) => Object.keys(properties))),
];

/** The paths of all keys, e.g. "krill.mode"; maps stand before what they hold. */
export function allKeys(root: SchemaNode, path: readonly string[] = []): readonly string[] {
  return keysBelow(path, root).flatMap((key) => {
    const here = [...path, key];
    return [here.join('.'), ...allKeys(root, here)];
  });
}

/** Of a map that holds different keys in different modes, those of this one. */
export const keysWith = (mode: unknown, nodes: readonly SchemaNode[]): readonly string[] =>
  nodes
    .filter(({ properties }) => (properties?.['mode']?.const ?? mode) === mode)
    .flatMap(({ properties = {} }) => Object.keys(properties));
