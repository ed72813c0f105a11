import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { lockStateDirectory } from './lock.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
import { krillsync, placesOf } from './testing/run-command.ts';
import { byUri, Scene } from './testing/scene.ts';

const run = promisify(execFile);
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

const places = (): readonly string[] => placesOf(scene, node);

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

  test('takes -s=DIR, as the peer does', async () => {
    repository.commit();
    const state = join(scene.root, 'state');
    const given = [uri, '--source-uri-base', scene.sourceDir, `-s=${state}`];
    expect(await krillsync(...given)).toMatchObject({ code: 0 });
    expect(existsSync(join(state, 'rrdp/notification.xml'))).toBe(true);
  });

  test.each([
    ['no slash at the end', 'https://krill:s3cret@hidden/rrdp', 'the source https://hidden/rrdp '],
    ['another scheme', 'http://krill:s3cret@hidden/rrdp/', 'the source http://hidden/rrdp/ '],
    ['nobody there', 'https://krill:s3cret@localhost:1/rrdp/', 'cannot fetch https://localhost:1/'],
  ])('shows no password: %s', async (_, base, says) => {
    const { code, err } = await krillsync(uri, '--source-uri-base', base, '-s', scene.root, '-vvv');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(says) });
    expect(err).not.toMatch(/krill:|s3cret/);
  });

  test('shows no password of the public URI', async () => {
    const { code, err } = await krillsync('https://krill:s3cret@hidden/rrdp/notification.xml');
    expect({ code, err }).toEqual({ code: 1, err: expect.not.stringContaining('s3cret') });
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
    ${'a delay beyond timers'}     | ${[uri, '--rrdp-notify-delay', '2000001']}                            | ${'whole number from 0 to 2000000'}
    ${'a deadline beyond timers'}  | ${[uri, '--barrier-deadline', '2147484']}                             | ${'whole number from 0 to 2000000'}
    ${'an interval beyond timers'} | ${[uri, '--poll-interval', '9999999']}                                | ${'whole number from 1 to 2000000'}
    ${'no state directory'}        | ${[uri, '-s', '']}                                                    | ${'must not be empty'}
    ${'no state directory, ='}     | ${[uri, '-s=']}                                                       | ${'must not be empty'}
    ${'no source'}                 | ${[uri, '--source-uri-base', '']}                                     | ${'must not be empty'}
    ${'an empty TAL'}              | ${[uri, '--tal', '']}                                                 | ${'must not be empty'}
    ${'an empty script'}           | ${[uri, '--pre-validate', '']}                                        | ${'must not be empty'}
    ${'a port that is none'}       | ${['https://h:65536/n.xml', '-s', '/nowhere']}                        | ${'port above 65535'}
    ${'a directory to accept'}     | ${['accept', '/nowhere']}                                             | ${'too many arguments: /nowhere'}
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

  test("exits with 1 while a cron job of the peer's runs", async () => {
    repository.commit();
    await krillsync(...places());
    const lock = join(node.root, 'state/krill-sync.lock');
    const peer = spawn('flock', [lock, 'sh', '-c', 'echo; exec sleep 60']);
    await once(peer.stdout, 'data');
    const { code, err } = await krillsync(...places());
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining('krill-sync works with the state directory'),
    });
    peer.kill();
  });

  test('says on stdout too, with --json, what went wrong', async () => {
    const absent = await krillsync(...places(), '--json');
    expect({ ...absent, out: JSON.parse(absent.out) }).toMatchObject({
      code: 1,
      out: { result: 'failed', fault: 'source', error: expect.stringContaining('ENOENT') },
      err: expect.stringContaining('ENOENT'),
    });
    const { out } = await krillsync('--json');
    expect(JSON.parse(out)).toMatchObject({ result: 'failed', fault: 'usage' });
  });

  test.each(['>/dev/full', '| true'])(
    'exits with 1 when nobody takes the result: %s',
    async (where) => {
      repository.commit();
      const program = [
        process.execPath,
        join(import.meta.dirname, 'main.ts'),
        ...places(),
        '--json',
      ];
      // The pipe's reader has gone before anything is written.
      const line = `sleep 1; "$0" "$@"; echo $? >${scene.root}/code`;
      const script = `set -o pipefail; { ${line}; } ${where}`;
      await run('bash', ['-c', script, ...program], {
        env: { ...process.env, NODE_OPTIONS: '' },
      }).catch(() => {});
      expect(readFileSync(`${scene.root}/code`, 'utf8')).toBe('1\n');
    },
    30_000,
  );

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
