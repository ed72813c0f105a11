import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { expectServes, publishFirst } from './testing/first-publication.ts';
import { Scene } from './testing/scene.ts';

const program = fileURLToPath(new URL('./testing/update-program.ts', import.meta.url));
const run = promisify(execFile);

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.remove());

const filesBelow = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

describe('a source on a network file system', () => {
  // As GlusterFS does when another host has replaced the file and a brick was away.
  test('is read although closing its files fails', async () => {
    const repository = publishFirst(new RrdpRepository({ dir: scene.sourceDir }));
    const node = scene.node();
    const only = filesBelow(scene.sourceDir).flatMap((file) => ['-P', file]);
    const calls = join(scene.root, 'calls');
    const fails = ['-e', 'trace=close', '-e', 'inject=close:error=ENOENT', '-o', calls];
    const argv = [process.execPath, program, node.root, scene.sourceDir];
    await run('strace', ['-f', '-qq', ...only, ...fails, ...argv]);
    expectServes(node, repository);
  });
});
