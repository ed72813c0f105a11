import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../run-program.ts';

const programs = ['sh', 'cat', 'sleep', 'true'].map((name) => `/bin/${name}`);

export interface ImageArchive {
  readonly path: string;
  readonly image: string;
  remove(): Promise<void>;
}

/** A docker-archive with one image: four programs of this machine and the libraries they need. */
export async function makeImageArchive(): Promise<ImageArchive> {
  const directory = await mkdtemp(join(tmpdir(), 'krillmanager-image-'));
  const image = `127.0.0.1:9/krillmanager/contract:${Date.now()}`;
  const layer = join(directory, 'layer.tar');
  const files = [...programs, ...(await librariesOf(programs))].map((path) => path.slice(1));
  await must('tar', ['--dereference', '-cf', layer, '-C', '/', ...files]);
  await describe(directory, image, sha256(await readFile(layer)));
  const path = join(directory, 'images.tar');
  await must('tar', ['-cf', path, '-C', directory, 'manifest.json', 'config.json', 'layer.tar']);
  return { path, image, remove: () => rm(directory, { recursive: true }) };
}

async function describe(directory: string, image: string, layerDigest: string): Promise<void> {
  const config = {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerDigest}`] },
  };
  const manifest = [{ Config: 'config.json', RepoTags: [image], Layers: ['layer.tar'] }];
  await writeFile(join(directory, 'config.json'), JSON.stringify(config));
  await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifest));
}

/** Of `ldd`'s lines, the words that are paths. */
async function librariesOf(files: readonly string[]): Promise<readonly string[]> {
  const words = (await must('ldd', files)).split(/\s+/);
  return [...new Set(words.filter((word) => word.startsWith('/') && !word.endsWith(':')))];
}

async function must(program: string, argv: readonly string[]): Promise<string> {
  const finished = await runProgram(program, argv, { env: process.env, deadlineMs: 60_000 });
  if (finished.code === 0) return finished.stdout;
  throw new Error(`${program} ${argv.join(' ')}: ${finished.stderr}`);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
