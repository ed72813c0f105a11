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

/**
 * FNV-1a over UTF-16 units, 64 bits, in hex: tells a changed specification from an unchanged one.
 * It guards against accidents only, so core needs no cryptography. The agents compute it at every
 * look, hence two halves of 32 bits, which cost a twentieth of a BigInt.
 */
export function contentHash(value: unknown): string {
  const text = canonicalJson(value);
  const { imul } = Math;
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (let at = 0; at < text.length; at += 1) {
    const mixed = low ^ text.charCodeAt(at);
    // The prime is 2 ** 40 + 0x1b3; what its lower part carries over is counted in halves of 16 bits.
    const carried = ((mixed >>> 16) * 0x1b3 + (((mixed & 0xffff) * 0x1b3) >>> 16)) >>> 16;
    high = imul(high, 0x1b3) + carried + (mixed << 8);
    low = imul(mixed, 0x1b3);
  }
  return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}

export const specHashLabel = 'net.krillmanager.spec';
export const ownerLabel = 'net.krillmanager.part';

export const specHash = (spec: ContainerSpec): string => contentHash(spec);
