import { readFile } from 'node:fs/promises';
import { localStore } from '@krillmanager/agent';
import {
  type ClusterSettings,
  canonicalJson,
  parseConfiguration,
  paths,
  serviceSettings,
  settingsDocument,
} from '@krillmanager/core';
import { hostFiles } from '@krillmanager/host';
import { servicesOf } from '../configuration/cluster-wish.ts';

export interface ConfigurationDrift {
  readonly file: string;
  /** The keys that say otherwise; null: the file is not valid. */
  readonly keys: readonly string[] | null;
}

/** How the file on this server differs from what was applied; null when it does not, or we cannot tell. */
export async function configurationDrift(): Promise<ConfigurationDrift | null> {
  const file = paths.configuration;
  // Both are root's, and most nodes have no file.
  const text = await readFile(file, 'utf8').catch(() => null);
  const memory = await localStore(hostFiles())
    .recall()
    .catch(() => null);
  const applied = memory?.settings ?? null;
  if (text === null || applied === null) return null;
  const keys = driftedKeys(text, applied);
  return keys?.length === 0 ? null : { file, keys };
}

/** The top-level keys by which a file differs from what was applied; null when it is not valid. */
export function driftedKeys(text: string, applied: ClusterSettings): readonly string[] | null {
  const wanted = parsed(text);
  if (wanted === null) return null;
  const now = settingsDocument(servicesOf(applied));
  const then = settingsDocument(serviceSettings(wanted));
  const keys = [...new Set([...Object.keys(now), ...Object.keys(then)])];
  const differing = keys.filter((key) => canonicalJson(now[key]) !== canonicalJson(then[key]));
  const { nodes } = wanted;
  const same = nodes === undefined || nodes.toSorted().join() === applied.nodes.toSorted().join();
  return same ? differing : ['nodes', ...differing];
}

function parsed(text: string) {
  try {
    return parseConfiguration({ file: { name: paths.configuration, text } });
  } catch {
    return null;
  }
}
