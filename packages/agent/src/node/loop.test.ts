import { expect, test } from '@jest/globals';
import { Attention } from './attention.ts';
import type { LocalStore } from './local-store.ts';
import { describeTick, pauseAfter, runLoop, type Tick, wentWrong } from './loop.ts';
import type { NodePorts } from './node-ports.ts';
import type { View } from './view.ts';

const failed = [{ what: 'starting nginx', error: 'port 80 is taken' }];
const view = (tried: View['tried']): View => ({ tried }) as View;
const tried = (failures: View['tried']['failed']): View['tried'] => ({
  failed: failures,
  startedAgoMs: {},
  restartedAgoMs: {},
});
const tick = (change: Partial<Tick>): Tick => ({
  view: view(tried([])),
  action: { do: 'rest' },
  error: null,
  ...change,
});

test.each<[string, Tick, string, number]>([
  ['at rest', tick({}), 'nothing to do', 5000],
  ['waiting', tick({ action: { do: 'wait', for: 'a token' } }), 'waiting for a token', 1000],
  ['done', tick({ action: { do: 'mount' } }), 'mounting the volume', 0],
  [
    'failed',
    tick({ action: { do: 'mount' }, error: 'no' }),
    'mounting the volume failed: no',
    4000,
  ],
  [
    'at rest but for what failed: it is said, and waits for its turn',
    tick({ view: view(tried(failed)) }),
    'starting nginx failed: port 80 is taken',
    4000,
  ],
  [
    'done, while something else has failed',
    tick({ view: view(tried(failed)), action: { do: 'mount' } }),
    'mounting the volume',
    0,
  ],
])('a tick: %s', (_what, done, doing, pauseMs) => {
  expect(describeTick(done)).toBe(doing);
  expect(pauseAfter(done, wentWrong(done) ? 3 : 0)).toBe(pauseMs);
});

test('a look that fails is said, and the next one comes later', async () => {
  const doings: string[] = [];
  const slept: number[] = [];
  let moves = 0;
  const recall = async () => JSON.parse('{"id":');
  await runLoop({
    ports: {} as NodePorts,
    store: { recall } as unknown as LocalStore,
    clock: { now: () => 0, sleep: async (ms) => void slept.push(ms) },
    attention: new Attention(),
    moved: () => {
      moves += 1;
    },
    seen: ({ view }, doing) => void doings.push(`${view} ${doing}`),
    stopped: () => doings.length === 3,
  });
  expect(moves).toBe(2 * doings.length);
  const said = 'null looking at this node failed: recalling what this node knows: Unexpected end';
  for (const doing of doings) expect(doing).toContain(said);
  expect(slept.reduce((sum, ms) => sum + ms)).toBeGreaterThan(0.9 * (1000 + 2000 + 4000));
});
