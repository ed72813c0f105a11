import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { earliestNextUpdate, manifestNextUpdate } from './next-update.ts';
import { Scene } from './testing/scene.ts';

const element = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const length = Buffer.from([0x82, content.length >> 8, content.length & 255]);
  return Buffer.concat([Buffer.from([tag]), length, content]);
};
const time = (text: string): Buffer => element(0x18, Buffer.from(text));
const oid = element(0x06, Buffer.from([42]));

/** A signed object as far as its content. */
function manifest(nextUpdate: string, ...before: readonly Buffer[]): Buffer {
  const number = element(0x02, Buffer.from([1]));
  const times = [time('20260101000000Z'), time(nextUpdate)];
  const content = element(0x30, ...before, number, ...times, oid, element(0x30));
  const encapsulated = element(0x30, oid, element(0xa0, element(0x04, content)));
  const version = element(0x02, Buffer.from([3]));
  const signedData = element(0x30, version, element(0x31), encapsulated, element(0x31));
  return element(0x30, oid, element(0xa0, signedData));
}

describe('the nextUpdate of a manifest', () => {
  const expected = Date.parse('2026-12-24T18:00:00Z') / 1000;

  test('is found with and without a version', () => {
    expect(manifestNextUpdate(manifest('20261224180000Z'))).toBe(expected);
    const version = element(0xa0, element(0x02, Buffer.from([0])));
    expect(manifestNextUpdate(manifest('20261224180000Z', version))).toBe(expected);
  });

  test('is not found in anything that is cut short', () => {
    const whole = manifest('20261224180000Z');
    for (let size = 0; size < whole.length; size += 1) {
      expect(manifestNextUpdate(whole.subarray(0, size))).toBeUndefined();
    }
  });

  test('of a tree is the earliest one', async () => {
    const scene = new Scene();
    const stop = new AbortController().signal;
    expect(await earliestNextUpdate(scene.root, stop)).toBeUndefined();
    mkdirSync(join(scene.root, 'a/b'), { recursive: true });
    writeFileSync(join(scene.root, 'a/b/x.mft'), manifest('20261224180000Z'));
    writeFileSync(join(scene.root, 'a/y.mft'), manifest('20270101000000Z'));
    writeFileSync(join(scene.root, 'a/z.mft'), 'no manifest');
    writeFileSync(join(scene.root, 'a/z.roa'), manifest('20250101000000Z'));
    expect(await earliestNextUpdate(scene.root, stop)).toBe(expected);
    scene.remove();
  });
});
