import type { SchemaNode } from './schema-tree.ts';

/** What may stand there, in words, e.g. `a whole number from 1 to 1000`. */
export function expected(nodes: readonly SchemaNode[]): string {
  const values = nodes.flatMap(({ const: only, enum: some }) => some ?? (only ? [only] : []));
  if (values.length > 0) return choice([...new Set(values)].map((value) => JSON.stringify(value)));
  return choice([...new Set(nodes.map(kind))]);
}

function kind({ title, type, minimum, maximum }: SchemaNode): string {
  if (title !== undefined) return title;
  if (type === 'integer') return `a whole number from ${minimum} to ${maximum}`;
  if (type === 'boolean') return 'true or false';
  return type === 'object' ? 'a map of keys' : `a ${type}`;
}

const choice = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
