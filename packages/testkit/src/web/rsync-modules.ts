import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { eventually } from '../proof/until.ts';
import { type Finished, runProgram } from '../run-program.ts';
import type { Scene } from './scene.ts';

/** What rsync clients get, and what they do not. */
export function rsyncModules(scene: () => Scene): void {
  test('over IPv4 and IPv6, both modules are listed', async () => {
    const { h1 } = scene();
    for (const ip of [h1.ip, `[${h1.ip6}]`]) {
      const { stdout } = await rsync(`rsync://${ip}/`);
      expect(stdout).toMatch(/^repo\s+RPKI repository\nta\s+RPKI trust anchor\n$/);
    }
  });

  test('the objects that were published, and the trust anchor', async () => {
    const { h1, publication } = scene();
    const to = mkdtempSync(join(tmpdir(), 'rsync-'));
    const fetch = async (): Promise<Readonly<Record<string, string>>> => {
      expect((await rsync('-rt', '--delete', `rsync://${h1.ip}/repo/`, to)).code).toBe(0);
      return contents(join(to, 'ca'));
    };
    const published = [...publication.repository.objects].map(([uri, bytes]) => [uri, `${bytes}`]);
    const wanted = JSON.stringify(Object.fromEntries(published.toSorted()));
    // The tree is switched at most twice a minute.
    const isWhole = (found: object): boolean => JSON.stringify(found) === wanted;
    await eventually(fetch, isWhole, 50_000);
    expect((await rsync('-t', `rsync://${h1.ip}/ta/ta.cer`, to)).code).toBe(0);
    expect(readFileSync(join(to, 'ta.cer'), 'utf8')).toBe('anchor');
    rmSync(to, { recursive: true });
  });

  test.each([
    ['to write', ['/etc/hostname', 'TO/'], /read only/],
    ['to delete', ['-r', '--delete', '/etc/apt/', 'TO/'], /read only|refuse/],
    ['checksums of everything', ['-rc', 'TO/', '/tmp/none/'], /refus/],
    ['another compression', ['-rz', '--compress-level=9', 'TO/', '/tmp/none/'], /refus/],
    ['what lies outside', ['TO/../../etc/passwd'], /failed|No such|not permitted/],
  ])('refuses %s', async (_, argv, why) => {
    const { h1 } = scene();
    const to = `rsync://${h1.ip}/repo`;
    const { code, stderr } = await rsync(...argv.map((word) => word.replace('TO', to)));
    expect([code, stderr]).toEqual([expect.any(Number), expect.stringMatching(why)]);
    expect(code).not.toBe(0);
  });

  test('says so politely when all its places are taken', async () => {
    const { h2, settings, certificates } = scene();
    await h2.apply({ ...settings, rsyncMaxConnections: 2 }, certificates);
    const held = await Promise.all([hold(h2.ip), hold(h2.ip)]);
    const { code, stderr } = await rsync(`rsync://${h2.ip}/repo/`);
    expect(stderr).toContain('@ERROR: max connections (2) reached -- try again later');
    expect(code).toBe(5);
    expect((await rsync(`rsync://${h2.ip}/`)).stdout).toContain('repo');
    for (const socket of held) socket.destroy();
    await h2.apply(settings, certificates);
    expect((await rsync(`rsync://${h2.ip}/repo/`)).code).toBe(0);
  });
}

/** By URI, in order. */
const contents = (dir: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(dir)
      .map((name) => [`rsync://rsync.lab/repo/ca/${name}`, readFileSync(join(dir, name), 'utf8')])
      .toSorted(),
  );

const rsync = (...argv: readonly string[]): Promise<Finished> =>
  runProgram('rsync', ['--contimeout=10', '--timeout=20', ...argv], {
    env: process.env,
    deadlineMs: 40_000,
  });

/** A client that has come as far as the module, and then says nothing more. */
async function hold(ip: string): Promise<Socket> {
  const socket = createConnection(873, ip);
  await once(socket, 'data');
  socket.write('@RSYNCD: 31.0 sha512 sha256 sha1 md5 md4\nrepo\n');
  await once(socket, 'data');
  return socket.resume();
}
