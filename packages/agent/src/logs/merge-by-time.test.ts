import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { mergeByTime } from './merge-by-time.ts';

interface Entry {
  readonly at: string;
  readonly from: string;
}

/** Times as one letter each; a number is a pause in milliseconds. */
async function* source(from: string, script: readonly (string | number)[]): AsyncIterable<Entry> {
  for (const word of script) {
    if (word === 'fails') throw new Error(`${from} fails`);
    if (typeof word === 'number') await pause(word, undefined, { ref: false });
    else yield { at: word, from };
  }
}

async function merged(
  scripts: Readonly<Record<string, readonly (string | number)[]>>,
  patienceMs: number,
): Promise<string> {
  const sources = Object.entries(scripts).map(([from, script]) => source(from, script));
  const words: string[] = [];
  const failures: string[] = [];
  const failed = (_source: unknown, error: unknown) => failures.push(`(${String(error)})`);
  for await (const { at, from } of mergeByTime({ sources, patienceMs, failed })) {
    words.push(`${at}${from}`);
  }
  return [...words, ...failures].join(' ');
}

describe('logs of several nodes', () => {
  test.each([
    ['nothing at all', {}, ''],
    ['one node', { 1: ['a', 'b'] }, 'a1 b1'],
    ['in the order of time', { 1: ['a', 'd', 'e'], 2: ['b', 'c', 'f'] }, 'a1 b2 c2 d1 e1 f2'],
    ['the same time: in the order of nodes', { 1: ['a'], 2: ['a'] }, 'a1 a2'],
    ['one is slow', { 1: [60, 'a'], 2: ['b'], 3: ['c', 30, 'd'] }, 'a1 b2 c3 d3'],
    ['one has none', { 1: [20], 2: ['b'] }, 'b2'],
  ])('%s', async (_what, scripts, expected) => {
    expect(await merged(scripts, Infinity)).toBe(expected);
  });

  test('one that fails leaves the others as they are', async () => {
    expect(await merged({ 1: ['a', 'fails'], 2: ['b', 50, 'c'] }, Infinity)).toBe(
      'a1 b2 c2 (Error: 1 fails)',
    );
  });

  test('followed: nobody is waited for longer than the patience', async () => {
    const scripts = { 1: ['a', 'c'], 2: ['b', 1500, 'd'], 3: [10_000] };
    const sources = Object.entries(scripts).map(([from, script]) => source(from, script));
    const seen: string[] = [];
    const startedAt = performance.now();
    for await (const { at } of mergeByTime({ sources, patienceMs: 50, failed: () => undefined })) {
      seen.push(at);
      if (at === 'd') break;
    }
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
    expect(performance.now() - startedAt).toBeLessThan(9000);
  }, 20_000);

  test('more than fits into the queues', async () => {
    const many = Array.from({ length: 2500 }, (_, at) => String(at).padStart(5, '0'));
    const found = await merged({ 1: many, 2: many }, Infinity);
    expect(found.split(' ')).toHaveLength(5000);
    expect(found.startsWith('000001 000002 000011')).toBe(true);
  });
});
