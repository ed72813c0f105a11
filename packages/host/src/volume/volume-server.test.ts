import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type Ip, parseIp } from '@krillmanager/core';
import { usualOptions, volumeServer } from './volume-server.ts';

const [own, other, nowhere] = ['127.0.0.1', '127.0.0.2', '255.255.255.255'].map(parseIp) as [
  Ip,
  Ip,
  Ip,
];

describe('the server that the client of the volume asks', () => {
  test.each<readonly [string, readonly Ip[], string]>([
    ['is this one, by the address on the way to another node', [own, other], 'km-127-0-0-1'],
    ['is this one also when there is no way to one of them', [own, nowhere, other], 'km-127-0-0-1'],
    ['is not called by a name that the others do not know', [other], '127.0.0.1'],
    ['is asked on loopback while there is no other node', [own], '127.0.0.1'],
  ])('%s', async (_what, named, expected) => {
    expect(await volumeServer(named, [own])).toEqual({ host: expected, family: 'ipv4' });
  });
});

test('the options that a drop-in repeats are those of the unit', () => {
  const unit = new URL(
    '../../../../templates/units/var-lib-krillmanager-volume.mount',
    import.meta.url,
  );
  expect(readFileSync(unit, 'utf8')).toContain(`\nOptions=${usualOptions}\n`);
});
