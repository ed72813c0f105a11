import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { runKrillsync } from './command.ts';
import { lockStateDirectory } from './lock.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
import { byPath, byUri, Scene } from './testing/scene.ts';

const uri = 'https://rrdp.example.net/rrdp/notification.xml';

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

async function krillsync(...argv: readonly string[]) {
  let out = '';
  let err = '';
  const code = await runKrillsync(argv, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    version: '1.2.3',
  });
  return { code, out, err };
}

/** Options for the directories where NodeOnDisk looks. */
const places = (): readonly string[] => [
  uri,
  '--source-uri-base',
  scene.sourceDir,
  '-s',
  join(node.root, 'state'),
  '--rrdp-dir',
  node.rrdpDir,
  '--rsync-dir',
  node.rsyncDir,
];

describe('the command', () => {
  test('serves and is silent; a second time there is nothing to do', async () => {
    repository.commit();
    expect(await krillsync(...places())).toEqual({ code: 0, out: '', err: '' });
    expect(node.rrdpView()).toEqual(byUri(repository.objects));
    const { code, out } = await krillsync(...places(), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ result: 'unchanged', serial: 1, objects: 1 });
  });

  test('puts both directories below the state directory, and knows underscores', async () => {
    repository.commit();
    const state = join(scene.root, 'state');
    const args = [
      uri,
      '--source_uri_base',
      scene.sourceDir,
      `--state_dir=${state}`,
      '--cleanup_after=60',
    ];
    expect(await krillsync(...args)).toMatchObject({ code: 0 });
    expect(existsSync(join(state, 'rrdp/notification.xml'))).toBe(true);
    expect(existsSync(join(state, 'rsync/current/a.roa'))).toBe(true);
  });

  test('without rsync, or with hosts in its paths', async () => {
    repository.commit();
    await krillsync(...places(), '--rsync-disable');
    expect(existsSync(node.rsyncDir)).toBe(false);
    await krillsync(...places(), '--rsync-include-host');
    expect([...node.rsyncView().keys()]).toEqual(['repo.example.net/repo/a.roa']);
  });

  test('waits before it shows the notification', async () => {
    repository.commit();
    const start = performance.now();
    await krillsync(...places(), '--rrdp-notify-delay', '1');
    expect(performance.now() - start).toBeGreaterThan(990);
    expect(node.notification().serial).toBe(1);
  });

  test.each<{ what: string; args: readonly string[]; says: string }>`
    what                           | args                                                                  | says
    ${'no URI'}                    | ${[]}                                                                 | ${'URI of the notification file is missing'}
    ${'an http URI'}               | ${['http://h/n.xml', '--source-uri-base', '/nowhere']}                | ${'does not start with https://'}
    ${'a URI without a file name'} | ${['https://h/rrdp/', '--source-uri-base', '/nowhere']}               | ${'empty path segment'}
    ${'a source without a slash'}  | ${[uri, '--source-uri-base', 'https://hidden/rrdp']}                  | ${'not an https URI that ends in a slash'}
    ${'a source over http'}        | ${[uri, '--source-uri-base', 'http://hidden/rrdp/']}                  | ${'not an https URI that ends in a slash'}
    ${'two tasks'}                 | ${[uri, '--watch', '--verify']}                                       | ${'only one of'}
    ${'repair alone'}              | ${[uri, '--repair']}                                                  | ${'--repair needs --verify'}
    ${'metrics without a daemon'}  | ${[uri, '--metrics', ':9657']}                                        | ${'--metrics needs --watch'}
    ${'metrics nowhere'}           | ${[uri, '--watch', '--metrics', 'here']}                              | ${'is not HOST:PORT'}
    ${'validation without TAL'}    | ${[uri, '--tal-reject-invalid']}                                      | ${'need --tal'}
    ${'a least of nothing'}        | ${[uri, '--max-removal-least', '5']}                                  | ${'needs --max-removal'}
    ${'a barrier without daemon'}  | ${[uri, '--barrier-dir', 'x']}                                        | ${'needs --watch'}
    ${'a barrier and a delay'}     | ${[uri, '--barrier-dir', 'x', '--watch', '--rrdp-notify-delay', '1']} | ${'exclude each other'}
    ${'a name with a slash'}       | ${[uri, '--barrier-dir', 'x', '--watch', '--barrier-name', 'a/b']}    | ${'takes letters'}
    ${'a name without barrier'}    | ${[uri, '--barrier-name', 'a']}                                       | ${'need --barrier-dir'}
    ${'more than everything'}      | ${[uri, '--max-removal', '101']}                                      | ${'is a percentage'}
    ${'an unknown option'}         | ${[uri, '--nonsense']}                                                | ${'--nonsense'}
    ${'two URIs'}                  | ${[uri, uri]}                                                         | ${'too many arguments'}
    ${'no deltas at all'}          | ${[uri, '--rrdp-max-deltas', '0']}                                    | ${'whole number from 1'}
    ${'a delay that is no number'} | ${[uri, '--rrdp-notify-delay', '1m']}                                 | ${'whole number from 0'}
    ${'a negative time'}           | ${[uri, '--cleanup-after=-1']}                                        | ${'whole number from 0'}
  `('exits with 1 for $what', async ({ args, says }) => {
    const { code, err } = await krillsync(...args);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(says) });
  });

  test('exits with 1 when the source is not there, naming it', async () => {
    const { code, err } = await krillsync(...places());
    expect(code).toBe(1);
    expect(err).toMatch(/^krillsync: error: cannot read .*source\/notification.xml: ENOENT/);
  });

  test('exits with 1 while another one holds the lock', async () => {
    repository.commit();
    await krillsync(...places());
    const lock = lockStateDirectory(join(node.root, 'state'));
    const { code, err } = await krillsync(...places());
    lock.release();
    expect(code).toBe(1);
    expect(err).toContain('another krillsync works with the state directory');
    expect(await krillsync(...places())).toMatchObject({ code: 0 });
  });

  test('prints help and version and exits with 0', async () => {
    expect(await krillsync('--version')).toEqual({ code: 0, out: '1.2.3\n', err: '' });
    const { code, out } = await krillsync('--help');
    expect(code).toBe(0);
    expect(out).toContain('--source-uri-base');
  });
});

describe('--health', () => {
  const health = (changes: object) => {
    const at = new Date().toISOString();
    writeFileSync(join(node.root, 'health.json'), JSON.stringify({ ok: true, at, ...changes }));
    return krillsync('--health', node.root);
  };

  test('is well while signs of life are fresh, also when the source is away', async () => {
    expect(await health({})).toMatchObject({ code: 0 });
    expect(await health({ error: 'cannot read it', fault: 'source' })).toMatchObject({ code: 0 });
  });

  test('is not well when old, ill or absent', async () => {
    expect(await health({ at: '2026-01-01T00:00:00Z' })).toMatchObject({ code: 1 });
    expect(await health({ at: undefined })).toMatchObject({ code: 1 });
    const ill = await health({ ok: false, error: 'disk full' });
    expect(ill).toEqual({ code: 1, out: '', err: 'krillsync: disk full\n' });
    expect(await krillsync('--health', join(node.root, 'nowhere'))).toMatchObject({ code: 1 });
  });
});

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

  const healthFile = () => join(node.root, 'state/health.json');
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
    expect(await krillsync('--health', join(node.root, 'state'))).toMatchObject({ code: 0 });
    expect((await krillsync(...places())).err).toContain('another krillsync');
    repository.commit();
    await until(() => health().serial === 1 && health().error === null);
    repository.publish('rsync://repo.example.net/repo/b.roa', 'b').commit();
    await until(() => health().serial === 2);
    expect(node.rrdpView()).toEqual(byUri(repository.objects));
    expect(node.rsyncView()).toEqual(byPath(repository.objects));
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
