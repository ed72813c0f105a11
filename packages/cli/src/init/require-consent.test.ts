import { expect, test } from '@jest/globals';
import { type Brick, parseIp, type Step } from '@krillmanager/core';
import { requireConsent } from './require-consent.ts';

const node = parseIp('10.55.0.2');
const brick: Brick = { host: 'a', path: '/b' };
const dropped = { kind: 'volume.removeBrick', volume: 'v', brick, replica: 2 } as const;
const evicted: Step = { kind: 'node.evict', node, destructive: true };

const ask = (...steps: readonly Step[]) => requireConsent({ version: 1, steps }, { input: false });

test('a copy that goes because its node does, and nothing else, is asked for by nobody', async () => {
  await expect(ask(dropped)).resolves.toBeUndefined();
});

test.each<readonly [string, readonly Step[], string]>([
  ['a node', [dropped, evicted], 'Removing 10.55.0.2 from the cluster needs a confirmation'],
  [
    'a copy whose node stays',
    [{ ...dropped, destructive: true }],
    'Dropping copies of the volume needs a confirmation:\n  keep 2 copies of volume v: drop the one on a:/b',
  ],
  [
    'more than one thing',
    [{ ...dropped, destructive: true }, evicted, { kind: 'krill.startOver', destructive: true }],
    "Removing 10.55.0.2 from the cluster; Dropping copies of the volume; Starting Krill's initialisation over",
  ],
])('%s is not taken away without consent', async (_what, steps, message) => {
  await expect(ask(...steps)).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining(message),
  });
});
