import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { markerStaleMs } from './limits.ts';
import { type Marker, markerFile, parseMarkerFile } from './marker.ts';
import { MarkerDirectory } from './marker-directory.ts';

const session = '6683bc19-26ec-41f4-9db4-d296686e8e08';
const marker = (name: string, counter: number): Marker => ({
  name,
  counter,
  staged: { session, serial: 12 },
  time: 1_700_000_000,
});

describe("a marker's name", () => {
  test.each<Marker>([
    marker('h1', 3),
    { ...marker('node-1.example.net', 0), time: 0 },
    { name: 'h2', counter: 5, staged: null, time: 0 },
  ])('says all: %j', (said) => {
    expect(parseMarkerFile(markerFile(said))).toEqual(said);
  });

  test.each([
    '.hidden~1',
    'h1',
    'h1~',
    'h1~x',
    'h1~-1',
    'h1~1~2',
    `h1~1~2~${session}`,
    `h1~1~2~${session}~`,
    `h1~1~2~${session}~1~2`,
    `h1~1~2~${session}~0x1`,
    'h1~1~2~no-session~3',
    `h 1~1~2~${session}~3`,
    'h1~99999999999999999999',
  ])('%s is none', (file) => {
    expect(parseMarkerFile(file)).toBeUndefined();
  });
});

describe('the shared directory', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'markers-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  test('holds one file a node, and everybody sees all', () => {
    const [a, b] = [new MarkerDirectory(dir), new MarkerDirectory(dir)];
    for (let counter = 1; counter < 5; counter += 1) {
      a.write(marker('a', counter));
      b.write(marker('b', counter));
    }
    expect(a.read(0).markers.toSorted((x, y) => x.name.localeCompare(y.name))).toEqual([
      marker('a', 4),
      marker('b', 4),
    ]);
    expect(readdirSync(dir)).toHaveLength(2);
  });

  test('is taken up after a crash: nothing is left over', () => {
    new MarkerDirectory(dir).write(marker('a', 1));
    writeFileSync(join(dir, markerFile(marker('a', 99))), '');
    new MarkerDirectory(dir).write(marker('a', 7));
    expect(readdirSync(dir)).toEqual([markerFile(marker('a', 7))]);
  });

  test('gets back a marker that somebody removed', () => {
    const a = new MarkerDirectory(dir);
    a.write(marker('a', 1));
    rmSync(join(dir, markerFile(marker('a', 1))));
    a.write(marker('a', 2));
    expect(a.read(0)).toEqual({ markers: [marker('a', 2)] });
  });

  test('loses what nobody moves for an hour, and nothing else', () => {
    const a = new MarkerDirectory(dir);
    a.write(marker('a', 1));
    for (const name of ['gone', 'lives']) writeFileSync(join(dir, markerFile(marker(name, 1))), '');
    writeFileSync(join(dir, 'something else'), '');
    a.read(0);
    new MarkerDirectory(dir).write(marker('lives', 2));
    a.read(1000);
    a.read(markerStaleMs + 500);
    expect(
      a
        .read(markerStaleMs + 600)
        .markers.map(({ name }) => name)
        .toSorted(),
    ).toEqual(['a', 'lives']);
    expect(readdirSync(dir)).toContain('something else');
  });

  test.each([
    ['a note', JSON.stringify({ session, serial: 3, of: 9, removed: 4, points: [] }), true],
    ['half a note', JSON.stringify({ session, serial: 3, of: 9 }), false],
    ['no JSON', '{', false],
    ['nothing', 'null', false],
  ])('tells what was accepted for all: %s', (_what, content, isOne) => {
    writeFileSync(join(dir, 'accepted.json'), content);
    const { accepted } = new MarkerDirectory(dir).read(0);
    expect(accepted).toEqual(isOne ? JSON.parse(content) : undefined);
  });
});
