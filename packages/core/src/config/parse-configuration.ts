import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { UserError } from '../model/user-error.ts';
import { clusterUseOf } from '../paths.ts';
import { environmentSettings, type Setting } from './environment.ts';
import { type Fault, faultsOf } from './faults.ts';
import { overlay } from './overlay.ts';
import { type Configuration, configurationSchema } from './schema.ts';
import { configurationJsonSchema, type KeyPath } from './schema-tree.ts';

export interface ConfigurationSources {
  /** Its name and text; null: there is none. */
  readonly file: { readonly name: string; readonly text: string } | null;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** From the command line; these win. */
  readonly flags?: readonly Setting[];
  /** What stands below all others. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

/**
 * Flags before environment before file before defaults.
 * @throws UserError that names every fault at once, each with its place: file, line and column, or
 * the variable or flag that it came from.
 */
export function parseConfiguration(sources: ConfigurationSources): Configuration {
  const { file, environment = {}, flags = [], defaults = {} } = sources;
  const root = configurationJsonSchema();
  const lines = new LineCounter();
  const document = parseDocument(file?.text ?? '{}', { lineCounter: lines, prettyErrors: false });
  const name = file?.name ?? 'the configuration';
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const unreadable = syntaxFaults(document).map(({ offset, what }) => `${at(offset)} ${what}`);
  if (unreadable.length > 0) throw invalid(name, unreadable);
  const variables = environmentSettings(environment, root);
  const settings = [...variables.settings, ...flags];
  const given = withDefaults(overlay(document.toJS(), settings), defaults);
  const result = configurationSchema.safeParse(given);
  const placed = (fault: Fault): string => {
    const { path, what } = fault;
    const from = settings.findLast((setting) => isPart(setting.path, path))?.from;
    const offset = file === null ? null : offsetOf(document, fault);
    const place = from ?? (offset === null ? name : at(offset));
    return `${place} ${path.join('.') || 'the document'}: ${what}`;
  };
  const faults = [...(result.error ? faultsOf(result.error.issues, given, root) : [])];
  if (result.data) faults.push(...crossFaults(result.data));
  const all = [...variables.faults, ...faults.map(placed)];
  if (!result.success || all.length > 0) throw invalid(name, all);
  return result.data;
}

const isPart = (whole: KeyPath, path: KeyPath): boolean =>
  whole.every((key, at) => key === path[at]);

function withDefaults(given: unknown, defaults: Readonly<Record<string, unknown>>): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  const { krill } = given as { krill?: unknown };
  const isPlain = typeof krill === 'object' && krill !== null && !Array.isArray(krill);
  return { ...defaults, ...given, ...(isPlain && { krill: { mode: 'own', ...krill } }) };
}

/** Rules between keys. */
function crossFaults(configuration: Configuration): readonly Fault[] {
  const { limits, nodes = [] } = configuration;
  const faults: Fault[] = [
    ...storageFaults(configuration),
    ...portFaults(configuration),
    ...cachingFaults(configuration),
  ];
  if (limits.krillRsyncTreeMiB > limits.krillMiB - 256) {
    const what = `leaves Krill less than 256 MiB of its limits.krillMiB, ${limits.krillMiB}`;
    faults.push({ path: ['limits', 'krillRsyncTreeMiB'], atKey: false, what });
  }
  for (const [index, ip] of nodes.entries()) {
    if (nodes.indexOf(ip) === index) continue;
    faults.push({ path: ['nodes', index], atKey: false, what: `${ip} stands there twice` });
  }
  return faults;
}

function storageFaults({ storage, nodes, managers }: Configuration): readonly Fault[] {
  const { arbiter, replicas } = storage;
  const faults: Fault[] = [];
  const place = { path: ['storage', 'arbiter'], atKey: false };
  if (arbiter !== undefined && nodes?.includes(arbiter) === false) {
    faults.push({ ...place, what: `${arbiter} is not one of the nodes` });
  }
  if (arbiter !== undefined && replicas !== 3) {
    faults.push({ ...place, what: 'goes with storage.replicas: 3 only' });
  }
  if (managers !== undefined && nodes !== undefined && managers > nodes.length) {
    const what = `${managers} of ${nodes.length} nodes`;
    faults.push({ path: ['managers'], atKey: false, what });
  }
  return faults;
}

/** Without a cluster there is no authority of its own that could sign a certificate. */
function cachingFaults({ publication, tls }: Configuration): readonly Fault[] {
  if (publication.mode !== 'caching' || tls.mode === 'own') return [];
  const what = 'expected "own": a caching server shows a certificate that you give it';
  return [{ path: ['tls', 'mode'], atKey: false, what }];
}

function portFaults({ ports }: Configuration): readonly Fault[] {
  const taken = new Map(Object.entries(ports).map(([key, port]) => [port, `ports.${key}`]));
  return Object.entries(ports).flatMap(([key, port]): readonly Fault[] => {
    const user = taken.get(port) === `ports.${key}` ? clusterUseOf(port) : taken.get(port);
    if (user === undefined) return [];
    return [{ path: ['ports', key], atKey: false, what: `${port} is for ${user} already` }];
  });
}

/** What is no YAML, and what refers to nothing. */
function syntaxFaults(document: Document.Parsed): { offset: number; what: string }[] {
  const faults = document.errors.map(({ pos: [offset], message }) => ({ offset, what: message }));
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) !== undefined) return;
      faults.push({ offset: alias.range?.[0] ?? 0, what: `there is no anchor for the alias` });
    },
  });
  return faults;
}

/** Where the key or its value is, or what should hold it when it is missing. */
function offsetOf(document: Document.Parsed, { path, atKey }: Fault): number | null {
  if (atKey) return keyOffset(document, path);
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return null;
}

function keyOffset(document: Document.Parsed, path: KeyPath): number | null {
  const map = document.getIn(path.slice(0, -1), true);
  const pairs = isMap(map) ? map.items : [];
  const key = pairs.map((pair) => pair.key).find((k) => isScalar(k) && k.value === path.at(-1));
  return isScalar(key) ? (key.range?.[0] ?? null) : null;
}

const invalid = (name: string, faults: readonly string[]): UserError =>
  new UserError(`${name} is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`, {
    hint: 'correct the lines above and run the command again; "krillmanager config schema" has all keys',
    exitCode: 2,
  });
