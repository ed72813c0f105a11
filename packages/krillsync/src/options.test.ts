import { describe, expect, test } from '@jest/globals';
import { levelOf } from './log.ts';
import { type Options, parseOptions } from './options.ts';
import { notificationUri } from './testing/node-on-disk.ts';

const screen = { stdout: { write() {} }, stderr: { write() {} } };

function optionsOf(...argv: readonly string[]): Options {
  const invocation = parseOptions([notificationUri.text, ...argv], screen);
  if (!('options' in invocation)) throw new Error('not an update');
  return invocation.options;
}

test('without options, all has its default', () => {
  expect(optionsOf()).toEqual({
    notification: notificationUri,
    source: { kind: 'https', base: 'https://rrdp.example.net/rrdp/', insecure: false },
    stateDir: '/var/lib/krill-sync',
    rrdpDir: '/var/lib/krill-sync/rrdp',
    rsyncDir: '/var/lib/krill-sync/rsync',
    rsyncDisable: false,
    rsyncIncludeHost: false,
    rsyncInterval: 0,
    rrdpNotifyDelay: 0,
    barrier: undefined,
    rrdpMaxDeltas: undefined,
    cleanupAfter: 3600,
    gzip: false,
    maxTrees: undefined,
    minFree: 5,
    validation: { tals: [], rejects: false, isOffline: false, scripts: [] },
    maxRemoval: undefined,
    pollInterval: undefined,
    metrics: undefined,
    json: false,
    verbosity: 0,
  });
});

describe('what follows from others', () => {
  test.each<{ given: string; follows: Partial<Options> }>`
    given                                       | follows
    ${'-s /state'}                              | ${{ rrdpDir: '/state/rrdp', rsyncDir: '/state/rsync' }}
    ${'-s /state --rrdp-dir /rrdp'}             | ${{ rrdpDir: '/rrdp', rsyncDir: '/state/rsync' }}
    ${'--watch'}                                | ${{ rsyncInterval: 30, rrdpNotifyDelay: 0 }}
    ${'--watch --barrier-dir /b'}               | ${{ barrier: { dir: '/b', name: undefined, deadline: 5 } }}
    ${'--max-removal 20'}                       | ${{ maxRemoval: { percent: 20, least: 1 } }}
    ${'--watch --metrics :9657'}                | ${{ metrics: { host: '127.0.0.1', port: 9657 } }}
    ${'--watch --metrics [::1]:9657'}           | ${{ metrics: { host: '::1', port: 9657 } }}
    ${'--source-uri-base /src'}                 | ${{ source: { kind: 'directory', dir: '/src' } }}
    ${'--source-uri-base https://h:8443/rrdp/'} | ${{ source: { kind: 'https', base: 'https://h:8443/rrdp/', insecure: false } }}
  `('$given', ({ given, follows }) => {
    expect(optionsOf(...given.split(' '))).toMatchObject(follows);
  });
});

describe('how much is said', () => {
  test.each<{ given: readonly string[]; level: string }>`
    given                 | level
    ${[]}                 | ${'warn'}
    ${['-v']}             | ${'info'}
    ${['-vv']}            | ${'debug'}
    ${['-v', '-v', '-v']} | ${'debug'}
    ${['-vvvvvv']}        | ${'debug'}
    ${['-q']}             | ${'error'}
    ${['-qq']}            | ${'silent'}
    ${['-qqq']}           | ${'silent'}
    ${['-v', '-q']}       | ${'warn'}
    ${['--verbose']}      | ${'info'}
    ${['--quiet']}        | ${'error'}
  `('$given: $level', ({ given, level }) => {
    expect(levelOf(optionsOf(...given).verbosity)).toBe(level);
  });
});
