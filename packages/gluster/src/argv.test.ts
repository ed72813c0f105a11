import { describe, expect, test } from '@jest/globals';
import * as argv from './argv.ts';

const a = { host: 'km-a', path: '/srv/brick' };
const b = { host: 'km-b', path: '/srv/brick' };
const volume = { name: 'gv', bricks: [a, b], replica: 2, options: {} };

describe('the command line of gluster', () => {
  test.each([
    ['peer status', argv.peerStatus()],
    ['peer probe km-b', argv.peerProbe('km-b')],
    ['peer detach km-b', argv.peerDetach('km-b', false)],
    ['peer detach km-b force', argv.peerDetach('km-b', true)],
    ['volume info gv', argv.volumeInfo('gv')],
    ['volume status gv', argv.volumeStatus('gv')],
    ['volume start gv', argv.volumeStart('gv')],
    ['volume create gv replica 2 km-a:/srv/brick km-b:/srv/brick force', argv.volumeCreate(volume)],
    [
      'volume create gv km-a:/srv/brick force',
      argv.volumeCreate({ ...volume, bricks: [a], replica: 1 }),
    ],
    ['volume set gv a 1 b 2', argv.volumeSet('gv', { a: '1', b: '2' })],
    ['volume add-brick gv replica 2 km-b:/srv/brick force', argv.addBrick('gv', 2, [b])],
    ['volume remove-brick gv replica 1 km-b:/srv/brick force', argv.removeBrick('gv', 1, [b])],
    ['volume heal gv info summary', argv.healSummary('gv')],
  ])('%s', (expected, actual) => {
    expect(actual).toEqual(expected.split(' '));
  });

  test('asks for no confirmation and answers in XML within a time', () => {
    expect(argv.gluster(['peer', 'status'], 30)).toEqual([
      'gluster',
      '--mode=script',
      '--xml',
      '--timeout=30',
      'peer',
      'status',
    ]);
  });
});
