import { expect, test } from '@jest/globals';
import { parseIp } from '@krillmanager/core';
import { wantedScope } from './wanted-scope.ts';

const [a, b, c, d] = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.9'].map(parseIp) as [
  ReturnType<typeof parseIp>,
  ReturnType<typeof parseIp>,
  ReturnType<typeof parseIp>,
  ReturnType<typeof parseIp>,
];
const world = { scope: 'world', keepOpen: false } as const;
const member = { nodes: [b, a], admitted: [], pool: [] };
const stranger = { nodes: null, admitted: [], pool: [] };

test.each([
  ['never asked, nothing is touched', null, member, null],
  ['no member yet, the world', world, stranger, 'world'],
  ['no member yet, the master told', { scope: [d], keepOpen: false }, stranger, [d]],
  [
    'no member yet, the master told and whom it brings',
    { scope: [d], keepOpen: false },
    { ...stranger, pool: [d, a] },
    [a, d],
  ],
  [
    'no member yet, and not those of a pool without the master',
    { scope: [d], keepOpen: false },
    { ...stranger, pool: [a, b] },
    [d],
  ],
  ['a member, its nodes', world, member, [a, b]],
  [
    'a member, and not whom it was opened to before',
    { scope: [d], keepOpen: false },
    member,
    [a, b],
  ],
  ['a member, and who is about to join', world, { ...member, admitted: [a, b, c] }, [a, b, c]],
  ['a member that was told --world', { scope: 'world', keepOpen: true } as const, member, 'world'],
])('%s', (_what, record, neighbours, scope) => {
  expect(wantedScope(record, neighbours)).toEqual(scope);
});
