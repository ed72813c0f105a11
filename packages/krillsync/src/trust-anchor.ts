import { HttpsFetcher } from './https-fetch.ts';
import { objectMaxBytes } from './limits.ts';

/** @returns the certificate behind a TAL's https URI; undefined when it cannot be had. */
export async function fetchTrustAnchor(uri: string): Promise<Buffer | undefined> {
  if (!uri.startsWith('https://')) return undefined;
  const fetcher = new HttpsFetcher({ insecure: false, env: process.env, userAgent: 'krillsync' });
  try {
    const response = await fetcher.get(new URL(uri), { 'accept-encoding': 'identity' });
    const parts: Buffer[] = [];
    let size = 0;
    for await (const chunk of response) {
      size += chunk.length;
      if (size > objectMaxBytes) return undefined;
      parts.push(chunk);
    }
    return Buffer.concat(parts);
  } catch {
    return undefined;
  } finally {
    fetcher.close();
  }
}
