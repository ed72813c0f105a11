import { expect, test } from '@jest/globals';
import { parseClients } from './connected-copies.ts';

const graph = '/var/lib/krillmanager/volume/.meta/graphs/active/';

/** What grep finds of one client of the graph. */
const client = (at: number, host: string, connected: boolean): readonly string[] => [
  ...(connected ? [`${graph}krillmanager-client-${at}/private:connected = 1`] : []),
  `${graph}krillmanager-client-${at}/options/remote-subvolume:/srv/krillmanager/brick`,
  `${graph}krillmanager-client-${at}/options/remote-host:km-${host}`,
];

test.each<readonly [string, readonly string[], readonly string[]]>([
  ['nothing is said', [], []],
  [
    'all are connected',
    [...client(1, 'b', true), ...client(0, 'a', true)],
    ['km-a:/srv/krillmanager/brick', 'km-b:/srv/krillmanager/brick'],
  ],
  [
    'one is not',
    [...client(0, 'a', false), ...client(1, 'b', true)],
    ['km-b:/srv/krillmanager/brick'],
  ],
  [
    'other layers speak, too',
    [`${graph}krillmanager-io-cache/private:connected = 1`, `${graph}options/remote-host:x`],
    [],
  ],
  [
    'the volume has the name of a client',
    [
      `${graph}a-client-1-client-0/private:connected = 1`,
      `${graph}a-client-1-client-0/options/remote-host:h`,
      `${graph}a-client-1-client-0/options/remote-subvolume:/b`,
    ],
    ['h:/b'],
  ],
])('the copies of a client when %s', (_what, lines, copies) => {
  expect(parseClients(`${lines.join('\n')}\n`)).toEqual(copies);
});
