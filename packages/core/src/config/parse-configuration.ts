import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import type { ServiceSettings } from '../model/settings.ts';
import { UserError } from '../model/user-error.ts';
import { configurationSchema } from './schema.ts';

/**
 * Reads the configuration.
 * @throws UserError that names every fault at once, each with file, line and column.
 */
export function parseConfiguration(text: string, file: string): ServiceSettings {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const unreadable = syntaxFaults(document).map(({ offset, what }) => `${at(offset)} ${what}`);
  if (unreadable.length > 0) throw invalid(file, unreadable);
  const result = configurationSchema.safeParse(document.toJS());
  if (!result.success) {
    const faults = result.error.issues.flatMap(eachKey).map(({ path, message }) => {
      const offset = message === unknown ? keyOffset(document, path) : offsetOf(document, path);
      const place = offset === null ? file : at(offset);
      return `${place} ${path.join('.') || 'the document'}: ${message}`;
    });
    throw invalid(file, faults);
  }
  const { rsync, ...settings } = result.data;
  return { ...settings, rsyncMaxConnections: rsync.maxConnections };
}

type Path = z.core.$ZodIssue['path'];

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

const unknown = 'is not known here';

/** zod tells of unknown keys at the map that holds them; the operator looks for the keys. */
function eachKey(issue: z.core.$ZodIssue): readonly { path: Path; message: string }[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  return issue.keys.map((key) => ({ path: [...issue.path, key], message: unknown }));
}

function keyOffset(document: Document.Parsed, path: Path): number | null {
  const map = document.getIn(path.slice(0, -1), true);
  const pairs = isMap(map) ? map.items : [];
  const key = pairs.map((pair) => pair.key).find((k) => isScalar(k) && k.value === path.at(-1));
  return isScalar(key) ? (key.range?.[0] ?? null) : null;
}

/** Where the value is, or what should hold it when it is missing. */
function offsetOf(document: Document.Parsed, path: Path): number | null {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return null;
}

const invalid = (file: string, faults: readonly string[]): UserError =>
  new UserError(`${file} is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`, {
    hint: 'correct the lines above and run the command again',
    exitCode: 2,
  });
