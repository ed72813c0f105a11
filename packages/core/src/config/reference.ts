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
  const about = [described, ...modesOf(key, root)].join('; ');
  const cells = [`\`${key}\``, defaultOf(key, nodes, root), expected(nodes), about];
  return `| ${cells.join(' | ')} |`;
}

/** The modes that know a key, when not all of its map's do. */
function modesOf(key: string, root: SchemaNode): readonly string[] {
  const path = key.split('.');
  const modes = nodesAt(path.slice(0, -1), root).flatMap(({ properties }) => {
    const mode = properties?.['mode']?.const;
    return mode === undefined
      ? []
      : [{ mode, knows: properties?.[path.at(-1) ?? ''] !== undefined }];
  });
  if (modes.every(({ knows }) => knows)) return [];
  const names = modes.filter(({ knows }) => knows).map(({ mode }) => `\`${mode}\``);
  return [`only with \`${path.slice(0, -1).join('.')}.mode\` ${names.join(' or ')}`];
}

/** Of modes that need not be named. */
const usualModes: Readonly<Record<string, string>> = {
  'krill.mode': 'own',
  'publication.mode': 'files',
};

function defaultOf(key: string, nodes: readonly SchemaNode[], root: SchemaNode): string {
  const given = nodes.find((node) => node.default !== undefined)?.default;
  if (given !== undefined) return shown(given);
  const usual = usualModes[key];
  if (usual !== undefined) return shown(usual);
  return isRequired(key.split('.'), root) ? 'required' : '';
}

/** Where its map is there, in a mode that knows it. */
function isRequired(path: readonly string[], root: SchemaNode): boolean {
  const key = path.at(-1) ?? '';
  const maps = nodesAt(path.slice(0, -1), root).filter(({ properties }) => properties?.[key]);
  return maps.some(({ required }) => required?.includes(key) === true);
}

const shown = (value: unknown): string =>
  Array.isArray(value) && value.length === 0 ? 'none' : `\`${String(value)}\``;
