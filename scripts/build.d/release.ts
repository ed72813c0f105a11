import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileSha256, sha256 } from './step.ts';

const manual = 'docs/krillsync.1';

/** What a release is made of, beside the executable. */
export type Parts = {
  readonly version: string;
  readonly executable: string;
  /** The archive of container images; its description lies beside it, ending in .json. */
  readonly images: string;
};

/** The identity of a release: its version and the first 12 digits of the executable's hash. */
export function releaseId({ version, executable }: Parts): string {
  return `${version}-${fileSha256(executable).slice(0, 12)}`;
}

/** Hash of all that goes into the archive; images are named by the hash of their inputs. */
export function releaseInputs(parts: Parts): string {
  const files = [...filesIn('templates'), 'scripts/release/install', manual];
  const contents = files.map((file) => `${file} ${statSync(file).mode} ${fileSha256(file)}`);
  return sha256(releaseId(parts), parts.images, ...contents);
}

/** Packs krillmanager-VERSION.tar.gz. */
export function packRelease(parts: Parts, output: string): void {
  const staging = mkdtempSync('dist/.release-');
  try {
    const top = `krillmanager-${parts.version}`;
    layOut(parts, join(staging, top));
    // The images are half of it and seldom change: compressed once, kept beside their archive.
    // Compressed pieces of a tar, one after the other, are a compressed tar.
    const images = `${parts.images}.${parts.version}.gz`;
    if (!existsSync(images)) compress(staging, [`${top}/images.tar`], images);
    const others = readdirSync(join(staging, top)).filter((name) => name !== 'images.tar');
    compress(staging, others.map((name) => `${top}/${name}`).sort(), `${staging}/others`);
    shell('cat "$1" "$2" >"$3" && head -c 1024 /dev/zero | gzip >>"$3"', [
      images,
      `${staging}/others`,
      `${output}.part`,
    ]);
    renameSync(`${output}.part`, output);
  } finally {
    rmSync(staging, { recursive: true });
  }
}

// A piece ends without the two empty blocks that end a tar, hence the 1024 bytes.
function compress(directory: string, members: readonly string[], output: string): void {
  const archive =
    'tar -b1 --dereference --owner=0 --group=0 --numeric-owner --mode=go=rX,u+w --sort=name -cf -';
  const program = existsSync('/usr/bin/pigz') ? 'pigz --fast' : 'gzip --fast';
  const script = `out=$1; shift; ${archive} -C "$@" | head -c -1024 | ${program} >"$out"`;
  // Another build on this machine may be at the same.
  const part = `${output}.${process.pid}`;
  shell(script, [part, directory, ...members]);
  renameSync(part, output);
}

function shell(script: string, words: readonly string[]): void {
  execFileSync('bash', ['-o', 'pipefail', '-euc', script, 'bash', ...words]);
}

function layOut(parts: Parts, top: string): void {
  mkdirSync(top);
  // A hundred megabytes each, and in a cache that other builds read: tar follows the links.
  symlinkSync(resolve(parts.executable), join(top, 'krillmanager'));
  symlinkSync(resolve(parts.images), join(top, 'images.tar'));
  cpSync(parts.images.replace(/\.tar$/, '.json'), join(top, 'images.json'));
  cpSync('templates', join(top, 'templates'), { recursive: true });
  cpSync('templates/units', join(top, 'units'), { recursive: true });
  cpSync('scripts/release/install', join(top, 'install'));
  cpSync(manual, join(top, basename(manual)));
  const release = { version: parts.version, release: releaseId(parts) };
  writeFileSync(join(top, 'release.json'), `${JSON.stringify(release)}\n`);
}

function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The version in package.json. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
}
