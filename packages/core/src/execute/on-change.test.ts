import { expect, test } from '@jest/globals';
import { onChange } from './on-change.ts';

test('a line is told when it differs from the last, and nothing is no line', () => {
  const told: string[] = [];
  const tell = onChange((line) => void told.push(line));
  for (const line of [undefined, 'a', 'a', undefined, 'a', 'b', 'a', undefined]) tell(line);
  expect(told).toEqual(['a', 'b', 'a']);
});
