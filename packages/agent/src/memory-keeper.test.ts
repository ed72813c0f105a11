import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { keepMemorySmall } from './memory-keeper.ts';

test('what nobody needs any more is given back, until it is ended', async () => {
  const end = keepMemorySmall(20);
  const unneeded = new WeakRef(Array.from({ length: 1000 }, () => ({ of: 'no use' })));
  for (let rounds = 0; rounds < 500 && unneeded.deref() !== undefined; rounds += 1) await sleep(20);
  end();
  expect(unneeded.deref()).toBeUndefined();
});
