import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { paths, type Release, UserError } from '@krillmanager/core';

interface ImageList {
  readonly archive: string;
  readonly sha256: string;
  readonly images: Release['images'];
  readonly versions: { readonly krill: string };
}

export interface InstalledRelease extends Release {
  readonly directory: string;
  readonly templates: string;
  /** The archive with all images, after its digest was checked. */
  readonly imageArchive: () => Promise<string>;
}

/**
 * The release that is installed on this machine.
 * @throws UserError when there is none, or not a whole one.
 */
export async function installedRelease(root: string = paths.release): Promise<InstalledRelease> {
  try {
    const directory = await realpath(root);
    const { version, release } = await json<Pick<Release, 'version' | 'release'>>(
      directory,
      'release.json',
    );
    const list = await json<ImageList>(directory, 'images.json');
    return {
      version,
      release,
      images: list.images,
      krillVersion: list.versions.krill,
      directory,
      templates: join(directory, 'templates'),
      imageArchive: () => checkedArchive(join(directory, list.archive), list.sha256),
    };
  } catch (cause) {
    throw new UserError(`no whole release is installed below ${root}`, {
      hint: 'unpack krillmanager-VERSION.tar.gz and run its "install"',
      cause,
    });
  }
}

const json = async <T>(directory: string, name: string): Promise<T> =>
  JSON.parse(await readFile(join(directory, name), 'utf8')) as T;

async function checkedArchive(path: string, sha256: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  if (hash.digest('hex') === sha256) return path;
  throw new UserError(`${path} is not the archive that this release was made with`, {
    hint: 'install the package again',
  });
}
