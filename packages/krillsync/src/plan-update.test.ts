import { describe, expect, test } from '@jest/globals';
import type { Notification } from './notification.ts';
import { chainFrom, planUpdate } from './plan-update.ts';

/** "a 5: x, 5=p 4=q": session a, serial 5, snapshot with hash x, deltas 5 and 4 with theirs. */
function notification(text: string): Notification {
  const [, session = '', serial = '', snapshot = '', deltas = ''] =
    /^(\w+) (\d+): (\w+)(?:, (.*))?$/.exec(text) ?? [];
  const file = (hash: string) => ({ uri: hash, path: hash, hash });
  const references = deltas.split(' ').flatMap((delta) => {
    const [number, hash] = delta.split('=');
    return hash ? [{ serial: Number(number), ...file(hash) }] : [];
  });
  return { session, serial: Number(serial), snapshot: file(snapshot), deltas: references };
}

test.each<{ served: string; offered: string; plan: string; because: string }>`
  served               | offered              | plan               | because
  ${''}                | ${'a 5: x'}          | ${'update'}        | ${'nothing is served yet'}
  ${'a 5: x, 5=p'}     | ${'a 5: x, 5=p'}     | ${'nothing'}       | ${''}
  ${'a 5: x, 5=p'}     | ${'a 6: y, 6=q 5=p'} | ${'update'}        | ${'serial 6 follows 5'}
  ${'a 5: x'}          | ${'a 9: y'}          | ${'update'}        | ${'serial 9 follows 5'}
  ${'a 5: x'}          | ${'b 1: x'}          | ${'from snapshot'} | ${'new session b'}
  ${'a 5: x'}          | ${'a 4: y'}          | ${'refuse'}        | ${'from serial 5 to 4'}
  ${'a 5: x, 5=p'}     | ${'a 6: y, 6=q 5=r'} | ${'from snapshot'} | ${'delta 5 changed (RFC 9697)'}
  ${'a 6: x, 6=q 5=p'} | ${'a 6: x, 6=q 5=r'} | ${'from snapshot'} | ${'delta 5 changed (RFC 9697)'}
  ${'a 5: x'}          | ${'a 5: y'}          | ${'from snapshot'} | ${'other files for serial 5'}
  ${'a 5: x, 5=p 4=q'} | ${'a 5: x, 5=p'}     | ${'update'}        | ${'other files for serial 5'}
  ${'a 5: x'}          | ${'a 5: x, 5=p'}     | ${'update'}        | ${'other files for serial 5'}
`('served "$served", offered "$offered": $plan', ({ served, offered, plan, because }) => {
  const current = served === '' ? undefined : notification(served);
  const result = planUpdate(current, notification(offered));
  const word = result.do === 'update' && !result.trustsDeltas ? 'from snapshot' : result.do;
  expect(word).toBe(plan);
  if (result.do !== 'nothing') expect(result.because).toContain(because);
});

describe('chainFrom', () => {
  test.each<{ from: string; offered: string; chain: string | null }>`
    from     | offered                  | chain
    ${'a 5'} | ${'a 5: x, 5=p'}         | ${''}
    ${'a 5'} | ${'a 6: x, 6=q'}         | ${'6'}
    ${'a 4'} | ${'a 6: x, 6=q 5=p 4=o'} | ${'5 6'}
    ${'a 3'} | ${'a 6: x, 6=q 5=p 4=o'} | ${'4 5 6'}
    ${'a 2'} | ${'a 6: x, 6=q 5=p 4=o'} | ${null}
    ${'a 5'} | ${'a 6: x'}              | ${null}
    ${'b 5'} | ${'a 6: x, 6=q'}         | ${null}
    ${'a 7'} | ${'a 6: x, 6=q'}         | ${null}
  `('from $from to "$offered": $chain', ({ from, offered, chain }) => {
    const [session = '', serial] = from.split(' ');
    const found = chainFrom({ session, serial: Number(serial) }, notification(offered));
    expect(found?.map((delta) => delta.serial).join(' ') ?? null).toBe(chain);
  });
});
