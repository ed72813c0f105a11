import {
  type Document,
  isNode,
  isScalar,
  isMap as isYamlMap,
  LineCounter,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import { messageOf, UserError } from '../model/user-error.ts';
import { crossFaults } from './cross-faults.ts';
import { environmentSettings, type Setting } from './environment.ts';
import { type Fault, faultsOf } from './faults.ts';
import { isMap, overlay } from './overlay.ts';
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
  const written = plainValue(document, name);
  const variables = environmentSettings(environment, root);
  const settings = [...variables.settings, ...flags];
  const whole = isMap(written) ? { ...defaults, ...written } : written;
  const given = withMode(overlay(whole, settings, root));
  const result = configurationSchema.safeParse(given);
  const placed = (fault: Fault): string => {
    const { path, what } = fault;
    const from = settings.findLast((setting) => isPart(setting.path, path))?.from;
    const offset = file === null ? null : offsetOf(document, fault);
    const place = from ?? (offset === null ? name : at(offset));
    return `${place} ${path.join('.') || 'the document'}: ${what}`;
  };
  const faults = [...(result.error ? faultsOf(result.error.issues, given, root) : [])];
  faults.push(...crossFaults(soundParts(given)));
  const all = [...variables.faults, ...faults.map(placed)];
  if (!result.success || all.length > 0) throw invalid(name, all);
  return result.data;
}

/** The top-level keys that are right by themselves: the rules between them do not wait for the others. */
function soundParts(given: unknown): Partial<Configuration> {
  if (!isMap(given)) return {};
  const parts = Object.entries(configurationSchema.shape).flatMap(([key, schema]) => {
    const part = schema.safeParse(given[key]);
    return part.success && part.data !== undefined ? [[key, part.data]] : [];
  });
  return Object.fromEntries(parts) as Partial<Configuration>;
}

const isPart = (whole: KeyPath, path: KeyPath): boolean =>
  whole.every((key, at) => key === path[at]);

/** The mode need not be named with what else is said of Krill. */
function withMode(given: unknown): unknown {
  if (!isMap(given) || !isMap(given['krill'])) return given;
  return { ...given, krill: { mode: 'own', ...given['krill'] } };
}

/** @throws UserError for what only shows when it is put together, as aliases without end. */
function plainValue(document: Document.Parsed, name: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw invalid(name, [`${name} ${messageOf(error)}`]);
  }
}

/** What is no YAML, and what refers to nothing. */
function syntaxFaults(document: Document.Parsed): { offset: number; what: string }[] {
  const faults = document.errors.map(({ pos: [offset], message }) => ({ offset, what: message }));
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) !== undefined) return;
      faults.push({ offset: alias.range?.[0] ?? 0, what: `there is no anchor for the alias` });
    },
    Pair: (_key, { key }) => {
      if (!isNode(key) || isScalar(key)) return;
      faults.push({ offset: key.range?.[0] ?? 0, what: 'a key is a word, not a list or a map' });
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
  const keys = (isYamlMap(map) ? map.items : []).map((pair) => pair.key).filter(isScalar);
  return keys.find((key) => textOf(key) === path.at(-1))?.range?.[0] ?? null;
}

/** As it is called in the document's value: a number, or nothing, may be a key. */
const textOf = ({ value }: Scalar): string => (value === null ? '' : String(value));

const invalid = (name: string, faults: readonly string[]): UserError =>
  new UserError(`${name} is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`, {
    hint: 'correct the lines above and run the command again; "krillmanager config schema" has all keys',
    exitCode: 2,
  });
