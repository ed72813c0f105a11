import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { tcpAnswers, tcpReaches } from './tcp-answers.ts';

test('a port that is open, and one that no longer is', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await tcpAnswers('127.0.0.1', port)).toBe(true);
  expect(await tcpReaches('127.0.0.1', port)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(await tcpAnswers('127.0.0.1', port)).toBe(false);
  expect(await tcpReaches('127.0.0.1', port)).toBe(true);
});

test('an address to which nothing leads', async () => {
  expect(await tcpReaches('255.255.255.255', 1)).toBe(false);
});
