import { expected } from './expected.ts';
import { allKeys, configurationJsonSchema, nodesAt, type SchemaNode } from './schema-tree.ts';

/** The table of all keys for the documentation, in Markdown. */
export function configurationReference(): string {
  const root = configurationJsonSchema();
  const rows = allKeys(root).flatMap((key) => {
    const nodes = nodesAt(key.split('.'), root).filter(({ type }) => type !== 'object');
    return nodes.length === 0 ? [] : [row(key, nodes, root)];
  });
  return ['| key | default | expected | |', '|---|---|---|---|', ...rows].join('\n');
}

function row(key: string, nodes: readonly SchemaNode[], root: SchemaNode): string {
  const described = nodes.find(({ description }) => description !== undefined)?.description ?? '';
  const cells = [`\`${key}\``, defaultOf(key, nodes, root), expected(nodes), described];
  return `| ${cells.join(' | ')} |`;
}

function defaultOf(key: string, nodes: readonly SchemaNode[], root: SchemaNode): string {
  const given = nodes.find((node) => node.default !== undefined)?.default;
  if (given !== undefined) return shown(given);
  if (key === 'krill.mode') return '`own`';
  const [first = ''] = key.split('.');
  return root.required?.includes(first) && key !== 'nodes' ? 'required' : '';
}

const shown = (value: unknown): string =>
  Array.isArray(value) && value.length === 0 ? 'none' : `\`${String(value)}\``;
