import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Secret } from './secret.ts';

const secret = new Secret('hunter2');

describe('a secret', () => {
  test('is told to who asks for it by name', () => {
    expect(secret.reveal()).toBe('hunter2');
  });

  test.each([
    ['a template', () => `token ${secret}`],
    ['String()', () => String(secret)],
    ['concatenation', () => `${['token', secret].join(' ')}`],
    ['JSON', () => JSON.stringify({ secret })],
    ['util.inspect', () => inspect(secret)],
    ['util.inspect of what holds it', () => inspect({ deep: { secret } }, { depth: 9 })],
    ['util.inspect that shows what is hidden', () => inspect(secret, { showHidden: true })],
    ['an error', () => inspect(new Error(`no ${secret}`, { cause: { secret } }))],
    ['its own properties', () => JSON.stringify(Object.entries(secret))],
  ])('does not show in %s', (_where, show) => {
    expect(show()).not.toContain('hunter2');
  });
});
