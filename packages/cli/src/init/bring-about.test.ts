import { expect, jest, test } from '@jest/globals';
import { type Plan, parseIp, UserError } from '@krillmanager/core';
import { requireEmpty } from './bring-about.ts';

const left: Plan = { version: 1, steps: [{ kind: 'member.forget', node: parseIp('10.0.0.3') }] };

test('steps that are left over are shown, and the command did not converge', () => {
  let shown = '';
  const spy = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    shown += text;
    return true;
  });
  let thrown: unknown = null;
  try {
    requireEmpty({ version: 1, steps: [] });
    requireEmpty(left);
  } catch (error) {
    thrown = error;
  }
  spy.mockRestore();
  expect(thrown).toBeInstanceOf(UserError);
  expect(thrown).toMatchObject({ exitCode: 5, message: expect.stringContaining('left over') });
  expect(shown).toMatch(/^1\. .*10\.0\.0\.3.*\n$/);
});
