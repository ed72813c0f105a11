import { isNode, LineCounter, parseDocument } from 'yaml';
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
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0)
    throw invalid(
      file,
      document.errors.map((e) => e.message),
    );
  const result = configurationSchema.safeParse(document.toJS());
  if (!result.success) {
    throw invalid(
      file,
      result.error.issues.map((issue) => `${place(issue.path)}: ${issue.message}`),
    );
  }
  const { rsync, ...settings } = result.data;
  return { ...settings, rsyncMaxConnections: rsync.maxConnections };

  function place(path: z.core.$ZodIssue['path']): string {
    const key = path.join('.') || 'the document';
    for (let depth = path.length; depth >= 0; depth -= 1) {
      const node = document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) {
        const { line, col } = lines.linePos(node.range[0]);
        return `${file}:${line}:${col} ${key}`;
      }
    }
    return `${file} ${key}`;
  }
}

const invalid = (file: string, faults: readonly string[]): UserError =>
  new UserError(`${file} is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`, {
    hint: 'correct the lines above and run the command again',
    exitCode: 2,
  });
