import { type FileAccess, UserError, type VolumeFiles } from '@krillmanager/core';

interface TreeFile {
  readonly content: string;
  readonly access: FileAccess;
}

/** What lies on one volume, by path relative to its root. */
export class VolumeTree {
  readonly files = new Map<string, TreeFile>();
  readonly directories = new Map<string, FileAccess>();

  /** The file's value, or null when there is none. */
  json<T>(path: string): T | null {
    const file = this.files.get(path);
    return file === undefined ? null : (JSON.parse(file.content) as T);
  }

  put(path: string, content: string, access: FileAccess): void {
    this.files.set(path, { content, access });
  }

  /** Also a directory with all it holds. */
  remove(path: string): void {
    for (const entries of [this.files, this.directories]) {
      for (const at of [...entries.keys()]) {
        if (at === path || at.startsWith(`${path}/`)) entries.delete(at);
      }
    }
  }

  rename(path: string, name: string): void {
    const target = [...path.split('/').slice(0, -1), name].join('/');
    for (const entries of [this.files, this.directories] as Map<string, unknown>[]) {
      for (const [at, entry] of [...entries]) {
        if (at !== path && !at.startsWith(`${path}/`)) continue;
        entries.delete(at);
        entries.set(`${target}${at.slice(path.length)}`, entry);
      }
    }
  }

  hasBelow(directory: string): boolean {
    return [...this.files.keys()].some((path) => path.startsWith(`${directory}/`));
  }
}

/** The volume's files as one machine reaches them: not at all while it has not mounted it. */
export function fakeVolumeFiles(mounted: () => VolumeTree | null): VolumeFiles {
  const tree = (what: string): VolumeTree => {
    const found = mounted();
    if (found === null) throw new UserError(`${what}: the volume does not answer`);
    return found;
  };
  return {
    read: async (path) => tree(`reading ${path}`).files.get(path)?.content ?? null,
    write: async (path, content, access) => tree(`writing ${path}`).put(path, content, access),
    directory: async (path, access) => void tree(`making ${path}`).directories.set(path, access),
    list: async (path) => namesIn(tree(`listing ${path}`), path),
    remove: async (path) => tree(`removing ${path}`).remove(path),
    rename: async (path, name) => tree(`renaming ${path}`).rename(path, name),
  };
}

function namesIn({ files, directories }: VolumeTree, path: string): readonly string[] {
  const below = [...files.keys(), ...directories.keys()].filter((p) => p.startsWith(`${path}/`));
  const names = below.map((p) => p.slice(path.length + 1).split('/')[0] ?? '');
  return [...new Set(names)].toSorted();
}
