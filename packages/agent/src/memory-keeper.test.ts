import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { keepMemorySmall } from './memory-keeper.ts';

const unneeded = () => new WeakRef(Array.from({ length: 1000 }, () => ({ of: 'no use' })));

/** Whether it has gone within that many looks. */
async function goes(what: WeakRef<object>, looks: number): Promise<boolean> {
  for (; looks > 0 && what.deref() !== undefined; looks -= 1) await sleep(20);
  return what.deref() === undefined;
}

test('what nobody needs any more is given back, until it is ended', async () => {
  const end = keepMemorySmall(20, Number.NEGATIVE_INFINITY);
  expect(await goes(unneeded(), 500)).toBe(true);
  end();
});
