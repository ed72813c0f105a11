import { expect, test } from '@jest/globals';
import { PublishFinder } from './publish-finder.ts';

const document =
  '<snapshot><publish uri="a">YQ==</publish>\n<publish uri="b"/></snapshot><!-- <publish -->';

test.each([1, 2, 3, 5, 7, 8, 9, 20, 1000])('finds each element, in pieces of %d bytes', (size) => {
  const found: number[] = [];
  const finder = new PublishFinder((at) => found.push(at));
  const chunk = Buffer.alloc(size);
  for (let at = 0; at < document.length; at += size) {
    const piece = document.slice(at, at + size);
    chunk.fill('#').write(piece, 'latin1');
    finder.pass(chunk.subarray(0, piece.length));
  }
  const expected = [...document.matchAll(/<publish/g)].map(({ index }) => index);
  expect(found).toEqual(expected);
  expect(finder.count).toBe(3);
});
