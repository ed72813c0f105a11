import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { expectServes, publishTen, uri } from './testing/first-publication.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
import { krillsync, placesOf, stateDirOf } from './testing/run-command.ts';
import { Scene } from './testing/scene.ts';

let scene: Scene;
let node: NodeOnDisk;
let repository: RrdpRepository;

beforeEach(() => {
  scene = new Scene();
  node = scene.node();
  repository = publishTen(new RrdpRepository({ dir: scene.sourceDir }));
});

afterEach(() => scene.remove());

const run = (...more: readonly string[]) => krillsync(...placesOf(scene, node), ...more);

function script(name: string, text: string): string {
  const path = join(scene.sourceDir, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('--pre-validate', () => {
  test('asks each script, with the new files, before anything is shown', async () => {
    const log = join(scene.sourceDir, 'log');
    const first = script(
      'first',
      `echo "$KRILLSYNC_SERIAL" "$(wc -l < "$1")" "$(ls "$2")" >> ${log}`,
    );
    const second = script(
      'second',
      'test "$KRILLSYNC_SERIAL" != 2 || { echo not this one >&2; exit 3; }',
    );
    const options = ['--pre-validate', first, '--pre-validate', second];
    expect(await run(...options)).toMatchObject({ code: 0 });
    expect(await run(...options)).toMatchObject({ code: 0 });
    expect(readFileSync(log, 'utf8')).toBe('1 12 ca\n');
    const before = node.rrdpView();
    repository.publish(uri('x.roa'), 'x').commit();
    const refused = await run(...options);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/second refuses session .* serial 2: not this one/);
    expect(node.rrdpView()).toEqual(before);
    expect(readdirSync(node.rsyncDir)).toHaveLength(2);
    repository.publish(uri('y.roa'), 'y').commit();
    expect(await run(...options)).toMatchObject({ code: 0 });
    expectServes(node, repository);
  });

  test("looks for programs where cron's PATH does not", async () => {
    const log = join(scene.sourceDir, 'log');
    expect(await run('--pre-validate', script('path', `echo "$PATH" > ${log}`))).toMatchObject({
      code: 0,
    });
    expect(readFileSync(log, 'utf8')).toBe(`${process.env.PATH}:/usr/local/sbin:/usr/sbin\n`);
  });

  test('refuses when a script cannot be run', async () => {
    expect(await run('--pre-validate', '/nowhere')).toMatchObject({ code: 1 });
    expect(existsSync(join(node.rrdpDir, 'notification.xml'))).toBe(false);
  });
});

describe('--tal', () => {
  let path = process.env.PATH;
  beforeEach(() => {
    path = process.env.PATH;
  });
  afterEach(() => {
    process.env.PATH = path;
  });

  /** In place of the real one: says this on stderr, after a look at its arguments. */
  function rpkiClient(says: string): void {
    script(
      'rpki-client',
      `printf "%s " "$@" > ${scene.sourceDir}/args; cat >&2 <<'TEXT'\n${says}\nTEXT`,
    );
    process.env.PATH = `${scene.sourceDir}:${path}`;
  }

  function tal(): string {
    const file = join(scene.sourceDir, 'x.tal');
    writeFileSync(file, `https://nowhere.invalid/ta.cer\n${uri('ca/0.roa')}\n\nMIIB\n`);
    return file;
  }

  const ours = 'rpki-client: repo.example.net/repo/ca/1.roa: bad signature';
  const others = 'rpki-client: other.example.net/repo/ca/1.roa: missing';

  test('is silent about what others publish', async () => {
    rpkiClient(others);
    const { code, err } = await run('--tal', tal(), '--offline-validation', '--tal-reject-invalid');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const args = readFileSync(join(scene.sourceDir, 'args'), 'utf8');
    expect(args).toMatch(/^-n -j -d \S+cache -t \S+x.tal \S+output/);
    expect(existsSync(join(stateDirOf(node), '.validation'))).toBe(false);
  });

  test('warns of what is not valid, or refuses it', async () => {
    rpkiClient(`${ours}\n${others}`);
    const options = ['--tal', tal(), '--offline-validation'];
    const refused = await run(...options, '--tal-reject-invalid');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(
      'serial 1 is not valid: repo.example.net/repo/ca/1.roa: bad signature',
    );
    const warned = await run(...options);
    expect(warned).toMatchObject({ code: 0, err: expect.stringContaining('warn: session') });
    expectServes(node, repository);
  });

  test('warns when the trust anchor cannot be had', async () => {
    rpkiClient('');
    const file = tal();
    writeFileSync(file, 'rsync://nowhere.invalid/ta/ta.cer\n\nMIIB\n');
    const { code, err } = await run('--tal', file, '--offline-validation');
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('no certificate for') });
  });
});
