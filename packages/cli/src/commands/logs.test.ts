import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { LogEntry, NodeLog } from '@krillmanager/agent';
import { parseIp } from '@krillmanager/core';
import { showLogs } from './logs.ts';

/** What a node has logged: seconds of the minute; "lost" is a connection that breaks. */
async function* entries(times: readonly (number | 'lost')[]): AsyncIterable<LogEntry> {
  for (const time of times) {
    if (time === 'lost') throw new Error('the connection was lost');
    yield { at: `2026-11-21T20:10:0${time}.000000000Z`, error: false, line: `line ${time}` };
  }
}

const log = (ip: string, times: readonly (number | 'lost')[] | null): NodeLog => ({
  ip: parseIp(ip),
  entries: times === null ? null : entries(times),
  problem: null,
});
const silent: NodeLog = { ip: parseIp('10.0.0.3'), entries: null, problem: 'no answer' };
const two = () => [log('10.0.0.1', [1, 4, 5]), log('10.0.0.22', [2, 3, 6])];

let shown = '';
beforeEach(() => {
  shown = '';
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((text) => {
      shown += text;
      return true;
    });
  }
});
afterEach(() => void jest.restoreAllMocks());

const query = { source: 'nginx', follow: false, tail: null } as const;
const all = `10.0.0.1  | line 1
10.0.0.22 | line 2
10.0.0.22 | line 3
10.0.0.1  | line 4
10.0.0.1  | line 5
10.0.0.22 | line 6
`;

describe('the logs of several nodes', () => {
  test('are one, in the order of time', async () => {
    expect(await showLogs(two(), query)).toBe(0);
    expect(shown).toBe(all);
  });

  test('--tail counts the lines of all together', async () => {
    expect(await showLogs(two(), { ...query, tail: 2 })).toBe(0);
    expect(shown).toBe('10.0.0.1  | line 5\n10.0.0.22 | line 6\n');
    expect(await showLogs(two(), { ...query, tail: 0 })).toBe(0);
  });

  test('-f shows what each node gives, the last of each with --tail', async () => {
    expect(await showLogs(two(), { ...query, follow: true, tail: 3 })).toBe(0);
    expect(shown).toBe(all);
  });

  test('one that is missing or breaks is told, and the others are shown', async () => {
    expect(await showLogs([log('10.0.0.1', [1]), silent], query)).toBe(1);
    expect(await showLogs([log('10.0.0.1', [2, 'lost']), log('10.0.0.2', [3])], query)).toBe(1);
    expect(shown).toContain('✗ 10.0.0.3: no answer; its log is missing\n10.0.0.1 | line 1\n');
    expect(shown).toContain('✗ 10.0.0.1: the connection was lost; its log ends here\n');
    expect(shown).toContain('10.0.0.2 | line 3\n');
  });

  test('of a service that runs nowhere are none', async () => {
    await expect(showLogs([log('10.0.0.1', null)], query)).rejects.toThrow('runs on no server');
  });
});
