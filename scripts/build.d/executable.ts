import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bundle } from './bundle.ts';

// Fixed by Node: https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Writes one executable that holds the running Node and the bundle. */
export function makeExecutable(bundle: Bundle, output: string): void {
  const scratch = mkdtempSync(join(tmpdir(), 'krillmanager-build-'));
  try {
    const blob = makeBlob(bundle, scratch);
    const unfinished = `${output}.part`;
    copyFileSync(strippedNode(), unfinished);
    const postject = createRequire(import.meta.url).resolve('postject/dist/cli.js');
    const injection = [unfinished, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse];
    execFileSync(process.execPath, [postject, ...injection], { stdio: 'pipe' });
    renameSync(unfinished, output);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function makeBlob({ main, workers }: Bundle, scratch: string): string {
  writeFileSync(join(scratch, 'main.cjs'), main);
  for (const [name, text] of Object.entries(workers)) writeFileSync(join(scratch, name), text);
  const settings = {
    // Relative: the name is kept in the executable, where paths of this machine have no place.
    main: 'main.cjs',
    output: 'blob',
    assets: Object.fromEntries(Object.keys(workers).map((name) => [name, name])),
    disableExperimentalSEAWarning: true,
    execArgvExtension: 'none',
    // Less memory; and on few processors, threads that help to collect garbage are waited for.
    execArgv: ['--max-semi-space-size=2', '--single-threaded-gc'],
    useCodeCache: true,
  };
  writeFileSync(join(scratch, 'sea.json'), JSON.stringify(settings));
  const command = ['--experimental-sea-config', 'sea.json'];
  execFileSync(process.execPath, command, { cwd: scratch, stdio: 'pipe' });
  return join(scratch, 'blob');
}

function strippedNode(): string {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'krillmanager');
  const stripped = join(cache, `node-${process.version}-${process.arch}`);
  if (existsSync(stripped)) return stripped;
  mkdirSync(cache, { recursive: true });
  const unfinished = `${stripped}.${process.pid}`;
  execFileSync('/usr/bin/strip', ['--strip-unneeded', '-o', unfinished, process.execPath]);
  renameSync(unfinished, stripped);
  return stripped;
}
