import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { parseIp } from '@krillmanager/core';
import { httpAgents } from './agents-client.ts';

test('an agent is waited for as long as told', async () => {
  const slow = createServer(async (_question, answer) => {
    await pause(300);
    answer.end('{"hostname":"h"}');
  }).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const agents = httpAgents((slow.address() as AddressInfo).port);
  const here = parseIp('127.0.0.1');
  expect(await agents.facts(here, 50)).toBeNull();
  expect(await agents.facts(here, 10_000)).toEqual({ hostname: 'h' });
  slow.close();
});
