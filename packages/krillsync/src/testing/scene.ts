import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeOnDisk } from './node-on-disk.ts';

// In memory if possible: how long a disk takes to sync depends on everything else on the machine.
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A directory of its own for a test: the publication server's files, and any number of nodes. */
export class Scene {
  readonly root = mkdtempSync(join(parent, 'krillsync-'));
  readonly sourceDir = join(this.root, 'source');

  node(name = 'node'): NodeOnDisk {
    return new NodeOnDisk(join(this.root, name), this.sourceDir);
  }

  /** What stands beside source and nodes; anything else than those was written outside. */
  names(): readonly string[] {
    return readdirSync(this.root).toSorted();
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The path below `current/` of an rsync URI, when hosts are not included. */
const pathOf = (uri: string): string => uri.split('/').slice(4).join('/');

export const byPath = (objects: ReadonlyMap<string, Buffer>): ReadonlyMap<string, string> =>
  new Map([...objects].map(([uri, bytes]) => [pathOf(uri), bytes.toString('latin1')]));

export const byUri = (objects: ReadonlyMap<string, Buffer>): ReadonlyMap<string, string> =>
  new Map([...objects].map(([uri, bytes]) => [uri, bytes.toString('latin1')]));
