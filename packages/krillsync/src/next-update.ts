import { readdirSync, readFileSync } from 'node:fs';
import { breathe } from './breathe.ts';
import { children, type Element, readElement, readTime, tags } from './der.ts';

/**
 * When the manifest (RFC 9286, 4.2) is to be replaced at the latest, in seconds since 1970; relying
 * parties distrust it, and all that it lists, from then on. Undefined when it cannot be read.
 */
export function manifestNextUpdate(der: Buffer): number | undefined {
  const manifest = contentOf(der);
  if (!manifest) return undefined;
  const fields = children(der, manifest, 4);
  // The version, [0], is there only if it is not the default.
  if (fields[0]?.tag === tags.context0) fields.shift();
  const time = fields[2];
  return time && readTime(der, time);
}

/** ContentInfo { type, [0] { SignedData { version, digests, { type, [0] { OCTET STRING { … */
function contentOf(der: Buffer): Element | undefined {
  const signedData = down(der, down(der, readElement(der, 0, der.length), 1), 0);
  const octets = down(der, down(der, down(der, signedData, 2), 1), 0);
  return octets?.tag === tags.octetString ? down(der, octets, 0) : undefined;
}

const down = (der: Buffer, parent: Element | undefined, index: number): Element | undefined =>
  parent && children(der, parent, index + 1)[index];

/**
 * The earliest nextUpdate of all manifests in a tree: how long what is served can stand on its own.
 *
 * @returns seconds since 1970; undefined without any manifest.
 */
export async function earliestNextUpdate(
  root: string,
  stop: AbortSignal,
): Promise<number | undefined> {
  let earliest: number | undefined;
  const waiting = [root];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = `${directory}/${entry.name}`;
      if (entry.isDirectory()) waiting.push(path);
      if (!entry.isFile() || !entry.name.endsWith('.mft')) continue;
      const time = manifestNextUpdate(readFileSync(path));
      if (time !== undefined && time < (earliest ?? Infinity)) earliest = time;
    }
    await breathe(stop);
  }
  return earliest;
}
