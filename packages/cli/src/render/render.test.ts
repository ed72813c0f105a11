import { describe, expect, test } from '@jest/globals';
import { NodeErrors, type StepEvent, UserError } from '@krillmanager/core';
import { progressView } from './progress.ts';
import { asksForJson, errorText, reportError } from './report-error.ts';

describe('an error', () => {
  test('says what failed and what to do', () => {
    expect(errorText(new UserError('a is b', { hint: 'do c' }))).toBe('✗ a is b\n  do c\n');
  });

  test('of several nodes shows them all', () => {
    const findings = [new UserError('one', { hint: 'first' }), new UserError('two')];
    expect(errorText(new NodeErrors('not ready', findings))).toBe(
      '✗ not ready\n  ✗ one\n    first\n  ✗ two\n',
    );
  });

  test('that nobody expected is called a fault of ours', () => {
    expect(errorText(new TypeError('x of undefined'))).toContain(
      'unexpected: TypeError: x of undefined',
    );
  });
});

describe('a program that asked for JSON', () => {
  test.each([
    [['status', '--json'], true],
    [['--json', 'krillc', 'list'], true],
    [['krillc', 'list', '--json'], false],
  ])('is seen: %j %s', (argv, asked) => expect(asksForJson(argv)).toBe(asked));

  test('gets an error as one object, with all findings', () => {
    let [json, stderr] = ['', ''];
    const findings = [new UserError('one', { hint: 'first' }), new UserError('two')];
    const code = reportError(new NodeErrors('not ready', findings), {
      stderr: { write: (text) => (stderr += text) },
      json: { write: (text) => (json += text) },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('not ready');
    expect(JSON.parse(json)).toEqual({
      ok: false,
      exitCode: 1,
      message: 'not ready',
      hint: null,
      findings: [
        { message: 'one', hint: 'first' },
        { message: 'two', hint: null },
      ],
    });
  });
});

describe('progress without a terminal', () => {
  const step = { kind: 'swarm.init', advertise: '10.0.0.1' } as StepEvent['step'];
  const at = { step, title: 'start a Swarm', number: 3, of: 12 };
  const shown = (...events: StepEvent[]): string => {
    const lines: string[] = [];
    const view = progressView({ write: (text) => lines.push(text) });
    for (const event of events) view.show(event);
    view.end();
    return lines.join('');
  };

  test('tells a step when it starts, what it waits for, and its end when it took long', () => {
    expect(
      shown(
        { event: 'started', ...at },
        { event: 'progress', what: 'waiting', ...at },
        { event: 'done', tookMs: 2300, ...at },
      ),
    ).toBe('[ 3/12] start a Swarm …\n[ 3/12]   waiting\n[ 3/12] ✓ start a Swarm (2.3 s)\n');
  });

  test('does not repeat a step that was quick', () => {
    expect(shown({ event: 'started', ...at }, { event: 'done', tookMs: 90, ...at })).toBe(
      '[ 3/12] start a Swarm …\n',
    );
  });
});
