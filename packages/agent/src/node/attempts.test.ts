import { expect, test } from '@jest/globals';
import type { ContainerSpec } from '@krillmanager/core';
import { type Action, describeAction } from './action.ts';
import { Attempts } from './attempts.ts';

const reload: Action = { do: 'reload', hash: 'f1' };
const mount: Action = { do: 'mount' };
const rest: Action = { do: 'rest' };
const done = null;

type Tries = readonly (readonly [Action, string | null])[];
test.each<[string, Tries, readonly Action[]]>([
  ['what failed', [[reload, 'no']], [reload]],
  [
    'what failed, and something else done',
    [
      [reload, 'no'],
      [mount, done],
    ],
    [reload],
  ],
  [
    'what failed, and something else failed',
    [
      [reload, 'no'],
      [mount, 'no'],
    ],
    [reload, mount],
  ],
  [
    'nothing else was left to do',
    [
      [reload, 'no'],
      [rest, done],
    ],
    [],
  ],
  [
    'it was all that was left, and failed again',
    [
      [reload, 'no'],
      [mount, 'no'],
      [mount, 'no'],
    ],
    [mount],
  ],
  [
    'it was all that was left, and is done',
    [
      [mount, 'no'],
      [mount, done],
    ],
    [],
  ],
])('left out: %s', (_what, tries, left) => {
  const attempts = new Attempts(() => 0);
  for (const [action, error] of tries) attempts.note(action, error);
  const expected = left.map((action) => ({ what: describeAction(action), error: 'no' }));
  expect(attempts.tried.failed).toEqual(expected);
});

test('when a part was started or restarted, or that failed', () => {
  let now = 1000;
  const attempts = new Attempts(() => now);
  expect(attempts.tried.restartedAgoMs).toEqual({});
  attempts.note({ do: 'restart', name: 'nginx', because: 'it is unhealthy' }, null);
  now += 500;
  attempts.note({ do: 'restart', name: 'krillsync', because: 'it is unhealthy' }, 'no');
  attempts.note({ do: 'serve', container: { name: 'rsyncd' } as ContainerSpec }, null);
  now += 1;
  expect(attempts.tried.restartedAgoMs).toEqual({ nginx: 501, krillsync: 1 });
  expect(attempts.tried.startedAgoMs).toEqual({ nginx: 501, krillsync: 1, rsyncd: 1 });
});
