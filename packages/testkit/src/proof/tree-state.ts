import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The same for the same objects under the same paths, in whatever order: rsync has no other. By URI and hash. */
export function stateOf(objects: ReadonlyMap<string, string>): string {
  const lines = [...objects].map(([uri, hash]) => `${uri.split('/').slice(4).join('/')} ${hash}`);
  return sha256(lines.toSorted().join('\n'));
}

/** Of objects that somebody publishes. */
export const stateOfObjects = (objects: ReadonlyMap<string, Buffer>): string =>
  stateOf(new Map([...objects].map(([uri, bytes]) => [uri, sha256(bytes)])));

/** Of what an rsync client has fetched of a module. */
export function stateOfTree(dir: string): string {
  const paths = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return stateOf(
    new Map(
      paths.map((path) => [`rsync://any/repo/${relative(dir, path)}`, sha256(readFileSync(path))]),
    ),
  );
}
