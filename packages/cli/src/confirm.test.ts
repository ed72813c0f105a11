import { expect, test } from '@jest/globals';
import { confirm } from './confirm.ts';

const act = { what: 'Leaving', lost: ['all of it'], word: 'leave' };

test('what was said with --yes is not asked', async () => {
  await expect(confirm(act, { yes: true, input: false })).resolves.toBeUndefined();
});

test('without a terminal, or with --no-input, nothing is done and the exit code is 3', async () => {
  await expect(confirm(act, { input: false })).rejects.toMatchObject({
    exitCode: 3,
    message: 'Leaving needs a confirmation:\n  all of it',
    hint: expect.stringContaining('--yes'),
  });
});
