import { expect, test } from '@jest/globals';
import type { Logger } from 'pino';
import type { NodePorts } from './node-ports.ts';
import { storagePollMs } from './poll-storage.ts';
import { StorageWatch } from './storage-watch.ts';
import type { View } from './view.ts';

const view = { mount: { mounted: false, answering: false, sinceMs: 0 } } as View;
const log = { info: () => undefined, warn: () => undefined } as unknown as Logger;
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('while glusterd has not answered it is not asked again', async () => {
  let now = 1_000_000;
  const asked: (() => void)[] = [];
  const answer = () => new Promise<null>((resolve) => asked.push(() => resolve(null)));
  const ports = { clock: { now: () => now }, pool: { volume: answer } } as unknown as NodePorts;
  const watch = new StorageWatch(ports, log);
  for (let look = 0; look < 10; look += 1) {
    watch.look(view, true);
    now += storagePollMs;
  }
  expect(asked).toHaveLength(1);
  asked[0]?.();
  await settled();
  watch.look(view, true);
  expect(asked).toHaveLength(2);
});

test('one question that fails takes no copy away, two in a row do', async () => {
  let now = 1_000_000;
  let fails = false;
  const volume = async () => {
    if (fails) throw new Error('Another transaction is in progress');
    return null;
  };
  const ports = { clock: { now: () => now }, pool: { volume } } as unknown as NodePorts;
  const watch = new StorageWatch(ports, log);
  const seen: string[] = [];
  for (fails of [false, true, true, false, true]) {
    watch.look(view, true);
    await settled();
    seen.push(watch.health);
    now += storagePollMs;
  }
  expect(seen).toEqual(['absent', 'absent', 'down', 'absent', 'absent']);
});
