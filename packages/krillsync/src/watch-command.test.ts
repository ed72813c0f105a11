import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { expectServes } from './testing/first-publication.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
import { krillsync, placesOf, stateDirOf } from './testing/run-command.ts';
import { byPath, Scene } from './testing/scene.ts';

let scene: Scene;
let node: NodeOnDisk;
let repository: RrdpRepository;

beforeEach(() => {
  scene = new Scene();
  node = scene.node();
  repository = new RrdpRepository({ dir: scene.sourceDir });
  repository.publish('rsync://repo.example.net/repo/a.roa', 'a');
});

afterEach(() => scene.remove());

const places = (): readonly string[] => placesOf(scene, node);

describe('--watch', () => {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  let daemon: ChildProcess;
  let log = '';

  beforeEach(() => {
    log = '';
    daemon = spawn(
      process.execPath,
      [main, ...places(), '--watch', '--json', '--rsync-interval=0'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    daemon.stderr?.on('data', (chunk) => (log += chunk));
  });

  afterEach(() => void daemon.kill('SIGKILL'));

  const healthFile = () => join(stateDirOf(node), 'health.json');
  const health = () => JSON.parse(readFileSync(healthFile(), 'utf8'));

  async function until(what: () => boolean): Promise<void> {
    for (let i = 0; i < 400; i += 1) {
      if (what()) return;
      await sleep(25);
    }
    throw new Error(`it did not happen; log:\n${log}`);
  }

  test('outlives a source that is not there, follows it, and ends at once', async () => {
    const errorIs = (text: string | null) => () =>
      existsSync(healthFile()) &&
      (text === null ? health().error === null : String(health().error).includes(text));
    await until(errorIs('ENOENT'));
    expect(health()).toMatchObject({ ok: true, serial: null, fault: 'source' });
    expect(await krillsync('--health', stateDirOf(node))).toMatchObject({ code: 0 });
    expect((await krillsync(...places())).err).toContain('another krillsync');
    repository.commit();
    await until(() => health().serial === 1 && health().error === null);
    repository.publish('rsync://repo.example.net/repo/b.roa', 'b').commit();
    await until(() => health().serial === 2);
    expectServes(node, repository);
    repository.writeNotification('<nonsense');
    await until(errorIs('before the document was complete'));
    repository.publish('rsync://repo.example.net/repo/c.roa', 'c').commit();
    await until(() => health().serial === 3 && health().error === null);
    const asked = performance.now();
    daemon.kill('SIGTERM');
    const [code, signal] = await once(daemon, 'exit');
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(performance.now() - asked).toBeLessThan(10_000);
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const absent = lines.filter(({ msg }) => msg.includes('ENOENT'));
    expect(absent).toHaveLength(1);
  }, 20_000);

  test('serves metrics, and looks at everything again on SIGHUP', async () => {
    daemon.kill('SIGKILL');
    repository.commit();
    const args = [main, ...places(), '--watch', '-v', '--metrics', '127.0.0.1:39657'];
    daemon = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    daemon.stderr?.on('data', (chunk) => (log += chunk));
    await until(() => existsSync(healthFile()) && health().serial === 1);
    const response = await fetch('http://127.0.0.1:39657/metrics');
    const text = await response.text();
    expect(text).toContain('krillsync_serial 1\n');
    expect(text).toContain('krillsync_failures_total{fault="source"} 0');
    expect((await fetch('http://127.0.0.1:39657/')).status).toBe(404);
    const object = join(node.rsyncDir, 'current/a.roa');
    rmSync(object);
    daemon.kill('SIGHUP');
    await until(() => existsSync(object));
    expect(node.rsyncView()).toEqual(byPath(repository.objects));
  }, 20_000);
});
