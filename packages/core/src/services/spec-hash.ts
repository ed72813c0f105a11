import type { ContainerSpec } from './container-spec.ts';

/** JSON with sorted keys: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`);
  return `{${entries.join(',')}}`;
}

const offset = 0xcbf29ce484222325n;
const prime = 0x100000001b3n;

/**
 * FNV-1a over UTF-16 units, 64 bits, in hex: tells a changed specification from an unchanged one. It guards against
 * accidents only, so core needs no cryptography.
 */
export function contentHash(value: unknown): string {
  let hash = offset;
  const text = canonicalJson(value);
  for (let at = 0; at < text.length; at += 1) {
    hash = ((hash ^ BigInt(text.charCodeAt(at))) * prime) & 0xffffffffffffffffn;
  }
  return hash.toString(16).padStart(16, '0');
}

export const specHashLabel = 'net.krillmanager.spec';
export const ownerLabel = 'net.krillmanager.part';

export const specHash = (spec: ContainerSpec): string => contentHash(spec);
