import { expect, test } from '@jest/globals';
import { Progress, progressOn, withProgress } from './progress.ts';

test('shows a line after a second, not too often, and takes it back', () => {
  const written: string[] = [];
  let time = 0;
  const progress = new Progress({ write: (text: string) => written.push(text) }, () => time);
  const file = { path: 's/1/snapshot.xml', uri: 'https://h/s/1/snapshot.xml', hash: '' };
  const sizes: number[] = [];
  const onlooker = { publish() {}, written: (size: number) => sizes.push(size) };
  const watched = withProgress(progress, file, onlooker);
  for (time = 0; time <= 1500; time += 100) watched?.written(time * 1e6);
  progress.clear();
  progress.clear();
  const lines = [1000, 1200, 1400].map((mb) => `\r\x1b[Ks/1/snapshot.xml: ${mb} MB copied`);
  expect(written).toEqual([...lines, '\r\x1b[K']);
  expect(sizes).toHaveLength(16);
});

test('is for terminals only', () => {
  expect(progressOn({ write() {} })).toBeUndefined();
  expect(progressOn(Object.assign({ write() {} }, { isTTY: true }))).toBeDefined();
});
