import { expect, test } from '@jest/globals';
import { echo, echoBytes, framesOf, parseEcho, question } from './pulse-frame.ts';

const states = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({
  volume: (bits & 1) !== 0,
  majority: (bits & 2) !== 0,
  manager: (bits & 4) !== 0,
}));

test.each(states)('an echo carries what was asked, the clock and %j', (state) => {
  const frame = echo(question(1234.5), 1_795_000_000_123, state);
  expect(frame).toHaveLength(echoBytes);
  expect(parseEcho(frame)).toEqual({ askedAt: 1234.5, clockMs: 1_795_000_000_123, state });
});

test('frames are found however the stream is cut', () => {
  const stream = Buffer.from('aabbccddeeff');
  for (const cuts of [[], [1], [2], [3], [1, 3, 4, 9], [5, 6]]) {
    const found: string[] = [];
    const take = framesOf(2, (frame) => found.push(frame.toString()));
    const edges = [0, ...cuts, stream.length];
    for (const [at, edge] of edges.entries()) take(stream.subarray(edge, edges[at + 1]));
    expect(found).toEqual(['aa', 'bb', 'cc', 'dd', 'ee', 'ff']);
  }
});
