import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.ts';
import { makeExecutable } from './executable.ts';
import { packageVersion, packRelease, releaseInputs } from './release.ts';
import { sha256, step } from './step.ts';

const executable = 'dist/krillmanager';
const otherNames = ['krillsync', 'krillc', 'open-cluster-ports'];

const { values } = parseArgs({
  options: {
    entry: { type: 'string', default: 'packages/cli/src/main.ts' },
    'executable-only': { type: 'boolean', default: false },
  },
});
const version = packageVersion();
mkdirSync('dist', { recursive: true });

const program = await bundle(values.entry, version);
const how = readFileSync('scripts/build.d/executable.ts');
await step(executable, sha256(process.version, how, JSON.stringify(program)), () =>
  makeExecutable(program, executable),
);
for (const name of otherNames) pointAtExecutable(`dist/${name}`);

if (!values['executable-only']) {
  const images = execFileSync('bash', ['scripts/images'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
  });
  const parts = { version, executable, images: images.trim() };
  const archive = `dist/krillmanager-${version}.tar.gz`;
  await step(archive, releaseInputs(parts), () => packRelease(parts, archive));
}

function pointAtExecutable(link: string): void {
  rmSync(`${link}.part`, { force: true });
  symlinkSync('krillmanager', `${link}.part`);
  renameSync(`${link}.part`, link);
}
