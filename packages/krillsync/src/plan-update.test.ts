import { describe, expect, test } from '@jest/globals';
import type { Notification } from './notification.ts';
import { planUpdate } from './plan-update.ts';

/** `a 5: x, 5=p 4=q` is session a, serial 5, snapshot hash x and two deltas with theirs. */
function notification(text: string): Notification {
  const [head = '', deltas = ''] = text.split(',');
  const [, session = '', serial = '', hash = ''] = /^(\w+) (\d+): (\w+)$/.exec(head) ?? [];
  const references = deltas
    .split(' ')
    .filter(Boolean)
    .map((delta) => {
      const [number = '', deltaHash = ''] = delta.split('=');
      return { serial: Number(number), uri: '', path: number, hash: deltaHash };
    });
  const snapshot = { uri: '', path: hash, hash };
  return { session, serial: Number(serial), snapshot, deltas: references };
}

describe('planUpdate', () => {
  test.each<{ served: string; offered: string; plan: string; because: string }>`
    served               | offered              | plan          | because
    ${''}                | ${'a 5: x'}          | ${'snapshot'} | ${'nothing is served yet'}
    ${'a 5: x'}          | ${'a 5: x'}          | ${'nothing'}  | ${''}
    ${'a 5: x, 5=p'}     | ${'a 6: y, 6=q 5=p'} | ${'snapshot'} | ${'serial 6 follows 5'}
    ${'a 5: x'}          | ${'a 9: y'}          | ${'snapshot'} | ${'serial 9 follows 5'}
    ${'a 5: x'}          | ${'b 1: x'}          | ${'snapshot'} | ${'new session b'}
    ${'a 5: x'}          | ${'a 4: y'}          | ${'refuse'}   | ${'from serial 5 to 4 in session a'}
    ${'a 5: x, 5=p'}     | ${'a 6: y, 6=q 5=r'} | ${'snapshot'} | ${'hash of delta 5 changed (RFC 9697)'}
    ${'a 5: x'}          | ${'a 5: y'}          | ${'snapshot'} | ${'other files for serial 5'}
    ${'a 5: x, 5=p 4=q'} | ${'a 5: x, 5=p'}     | ${'snapshot'} | ${'other files for serial 5'}
  `('served "$served", offered "$offered": $plan', ({ served, offered, plan, because }) => {
    const current = served === '' ? undefined : notification(served);
    const result = planUpdate(current, notification(offered));
    expect(result.do).toBe(plan);
    if (result.do !== 'nothing') expect(result.because).toContain(because);
  });
});
