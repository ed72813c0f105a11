import type { FileAccess, FileEncoding, HostFiles } from '@krillmanager/core';

/** One machine's own disk. */
export class FakeHostFiles implements HostFiles {
  readonly files = new Map<string, { readonly bytes: Buffer; readonly access: FileAccess }>();
  readonly directories = new Map<string, FileAccess>();

  async read(path: string, encoding: FileEncoding = 'utf8'): Promise<string | null> {
    return this.files.get(path)?.bytes.toString(encoding) ?? null;
  }

  async write(
    path: string,
    content: string,
    access: FileAccess,
    encoding: FileEncoding = 'utf8',
  ): Promise<void> {
    this.files.set(path, { bytes: Buffer.from(content, encoding), access });
  }

  async directory(path: string, access: FileAccess): Promise<void> {
    this.directories.set(path, access);
  }

  async list(path: string): Promise<readonly string[]> {
    const below = this.#below(path).map((p) => p.slice(path.length + 1).split('/')[0] ?? '');
    return [...new Set(below)].toSorted();
  }

  async remove(path: string): Promise<void> {
    for (const gone of [path, ...this.#below(path)]) {
      this.files.delete(gone);
      this.directories.delete(gone);
    }
  }

  exists(path: string): boolean {
    return this.directories.has(path) || this.files.has(path) || this.#below(path).length > 0;
  }

  #below(path: string): readonly string[] {
    const all = [...this.files.keys(), ...this.directories.keys()];
    return all.filter((each) => each.startsWith(`${path}/`));
  }
}
