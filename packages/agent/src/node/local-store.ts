import {
  type ClusterRecord,
  type ClusterSettings,
  type HostFiles,
  paths,
} from '@krillmanager/core';
import type { Memory, WantedServing } from './view.ts';

const at = (name: string): string => `${paths.local}/${name}`;

/** The agent's memory: a few JSON files, each replaced whole. */
export function localStore(files: HostFiles) {
  const read = async <T>(name: string): Promise<T | null> => {
    const text = await files.read(at(name));
    if (text === null) return null;
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new Error(`${at(name)} is damaged`, { cause });
    }
  };
  const write = (name: string, value: unknown): Promise<void> =>
    files.write(at(name), JSON.stringify(value), { mode: 0o600, uid: 0, gid: 0 });
  return {
    recall: async (): Promise<Memory> => ({
      cluster: await read<ClusterRecord>('cluster.json'),
      settings: await read<ClusterSettings>('settings.json'),
      serving: await read<WantedServing>('serving.json'),
      left: (await read<{ cluster: string }>('left.json'))?.cluster ?? null,
      loaded: (await read<{ hash: string }>('loaded.json'))?.hash ?? null,
    }),
    remember: async (cluster: ClusterRecord, settings: ClusterSettings): Promise<void> => {
      await write('settings.json', settings);
      await write('cluster.json', cluster);
    },
    /** First the note that we left, so that a crash in the middle goes on leaving. */
    leave: async (cluster: string): Promise<void> => {
      await write('left.json', { cluster });
      for (const name of ['serving', 'settings', 'cluster', 'loaded']) {
        await files.remove(at(`${name}.json`));
      }
      await files.remove(paths.identity);
    },
    forget: (): Promise<void> => files.remove(at('left.json')),
    adopt: (wanted: WantedServing): Promise<void> => write('serving.json', wanted),
    loaded: (hash: string): Promise<void> => write('loaded.json', { hash }),
  };
}

export type LocalStore = ReturnType<typeof localStore>;
