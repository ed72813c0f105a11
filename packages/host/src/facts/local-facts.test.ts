import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hostNames } from '../files/host-names.ts';
import { brickState } from './brick-state.ts';
import { listeningPorts } from './listening-ports.ts';
import { collectLocalFacts, ownAddresses } from './local-facts.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'local-facts-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('ports: of IPv4 and IPv6, listening ones only, each once', () => {
  const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2
   2: 0100007F:01BB 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 3
   3: 0200007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4
`;
  const tcp6 = `  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:0369 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 1
`;
  expect(listeningPorts(tcp)).toEqual([80, 3000]);
  expect(listeningPorts(tcp6)).toEqual([873]);
  expect(listeningPorts('')).toEqual([]);
});

async function listen() {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return { server, port };
}

test('ports: what this process listens on is seen', async () => {
  const { server, port } = await listen();
  expect(listeningPorts(await readFile('/proc/self/net/tcp', 'utf8'))).toContain(port);
  server.close();
});

test('addresses: neither loopback nor link-local', () => {
  expect(ownAddresses().filter((ip) => /^(127\.|169\.254\.|fe80:|::1$)/.test(ip))).toEqual([]);
});

describe('a brick is', () => {
  const cases: [state: string, names: string[]][] = [
    ['empty', []],
    ['empty', ['lost+found']],
    ['used', ['.glusterfs', 'krill']],
    ['foreign', ['photos']],
  ];
  test.each(cases)('%s when it holds %j', async (state, names) => {
    for (const name of names) await mkdir(join(dir, name));
    expect(await brickState(dir)).toBe(state);
  });

  test('absent, or foreign when it is a file', async () => {
    expect(await brickState(join(dir, 'none'))).toBe('absent');
    await writeFile(join(dir, 'file'), '');
    expect(await brickState(join(dir, 'file'))).toBe('foreign');
  });
});

test('all facts together, before our directory exists', async () => {
  await writeFile(join(dir, 'hosts'), '10.0.0.7 km-10-0-0-7\n');
  const { server, port } = await listen();
  const facts = await collectLocalFacts({
    ours: [port],
    names: hostNames(join(dir, 'hosts')),
    brick: join(dir, 'brick'),
    state: join(dir, 'not/yet/made'),
  });
  server.close();
  expect(facts).toMatchObject({ brick: 'absent', named: ['10.0.0.7'] });
  expect(facts.takenPorts).not.toContain(port);
  expect(facts.disk.totalBytes).toBeGreaterThan(facts.disk.freeBytes);
  expect(facts.memoryBytes).toBeGreaterThan(0);
  expect(Math.abs(facts.clockMs - Date.now())).toBeLessThan(5000);
});
