import {
  contentHash,
  type FileEncoding,
  type HostFiles,
  paths,
  type ServingSpec,
  type VolumeFiles,
} from '@krillmanager/core';
import type { FileChange, ServingFiles } from './view.ts';

interface WantedFile {
  readonly path: string;
  readonly mode: number;
  readonly encoding: FileEncoding;
  /** Null when it cannot be had now. */
  readonly content: string | null;
}

/**
 * Compares the local copies with what the spec renders and what the volume holds. A followed file
 * that the volume cannot give now stays as it is: serving never depends on the volume.
 */
export async function servingFiles(
  spec: ServingSpec | null,
  local: HostFiles,
  volume: VolumeFiles | null,
): Promise<ServingFiles> {
  const changes: FileChange[] = [];
  const missing: string[] = [];
  const contents: Record<string, string> = {};
  for (const { path, mode, encoding, content } of await wantedFiles(spec, volume)) {
    const found = await local.read(`${paths.serving}/${path}`, encoding);
    const wanted = content ?? found;
    if (wanted === null) missing.push(path);
    else {
      contents[path] = wanted;
      if (wanted !== found) changes.push({ path, mode, encoding, content: () => wanted });
    }
  }
  return { changes, missing, hash: contentHash(contents) };
}

async function wantedFiles(
  spec: ServingSpec | null,
  volume: VolumeFiles | null,
): Promise<readonly WantedFile[]> {
  if (spec === null) return [];
  const rendered = spec.files.map(({ path, content }) => ({
    path,
    mode: 0o644,
    encoding: 'utf8' as const,
    content,
  }));
  const followed = await Promise.all(
    spec.follows.map(async ({ from, to, mode, encoding = 'utf8' }) => ({
      path: to,
      mode,
      encoding,
      content: volume === null ? null : trimmed(await volume.read(from), encoding),
    })),
  );
  return [...rendered, ...followed];
}

/** Base64 as node writes it, so that equal bytes are equal text. */
const trimmed = (text: string | null, encoding: FileEncoding): string | null =>
  text === null || encoding === 'utf8' ? text : text.trim();
