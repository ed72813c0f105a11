import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, contentHash } from './spec-hash.ts';

/** The same value, its keys entered in reverse at every depth. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, v]) => [key, reversed(v)] as const);
  return Object.fromEntries(entries.toReversed());
}

describe('canonical JSON', () => {
  test.each([
    [
      { b: 1, a: { d: [2, { f: 3, e: null }], c: 'ä"' } },
      '{"a":{"c":"ä\\"","d":[2,{"e":null,"f":3}]},"b":1}',
    ],
    [{ b: undefined, a: 1 }, '{"a":1}'],
    [[undefined, 1], '[null,1]'],
    [undefined, 'null'],
    ['', '""'],
    [{}, '{}'],
  ])('of %j', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test('is JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as unknown;
        expect(JSON.parse(canonicalJson(value))).toEqual(plain);
      }),
    );
  });
});

describe('the hash of a content', () => {
  test('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(contentHash(reversed(value))).toBe(contentHash(value));
      }),
    );
  });

  test('survives being written and read', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(contentHash(JSON.parse(JSON.stringify(value)))).toBe(contentHash(value));
      }),
    );
  });

  test.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { a: '1' }],
    [{ a: null }, {}],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [{ a: { b: 1 } }, { a: 1, b: 1 }],
    [['ab'], ['a', 'b']],
  ])('tells %j from %j', (one, other) => {
    expect(contentHash(one)).not.toBe(contentHash(other));
  });

  test('is 64 bits of FNV-1a: other releases find the same', () => {
    expect(contentHash({ a: 1 })).toMatch(/^[0-9a-f]{16}$/);
    expect(contentHash({})).toBe('08f44b07b5901a25');
    expect(contentHash('€'.repeat(1000))).toBe('4214077356867ea5');
  });
});
