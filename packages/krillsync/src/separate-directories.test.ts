import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { notificationUri } from './testing/node-on-disk.ts';
import { krillsync } from './testing/run-command.ts';
import { Scene } from './testing/scene.ts';

const scene = new Scene();

beforeAll(() => {
  mkdirSync(join(scene.root, 'source/below'), { recursive: true });
  symlinkSync('source', join(scene.root, 'link'));
});

afterAll(() => scene.remove());

type Places = { readonly state: string; readonly rrdp: string; readonly rsync: string };

const run = ({ state, rrdp, rsync }: Places, ...more: readonly string[]) => {
  const at = (name: string) => join(scene.root, name);
  const served = ['--rrdp-dir', at(rrdp), '--rsync-dir', at(rsync)];
  const from = ['--source-uri-base', at('source'), '-s', at(state)];
  return krillsync(notificationUri.text, ...from, ...served, '--dry-run', ...more);
};

describe('directories that overlap', () => {
  test.each<Places & { readonly which: RegExp }>`
    state              | rrdp                   | rsync           | which
    ${'state'}         | ${'source'}            | ${'rsync'}      | ${/RRDP .* source /}
    ${'state'}         | ${'source/below/rrdp'} | ${'rsync'}      | ${/RRDP .* source /}
    ${'state'}         | ${'.'}                 | ${'rsync'}      | ${/RRDP .* overlap/}
    ${'state'}         | ${'link/rrdp'}         | ${'rsync'}      | ${/RRDP .* source /}
    ${'state'}         | ${'rrdp'}              | ${'source'}     | ${/rsync .* source /}
    ${'state'}         | ${'rrdp'}              | ${'rrdp'}       | ${/RRDP .* rsync /}
    ${'state'}         | ${'rrdp'}              | ${'rrdp/rsync'} | ${/RRDP .* rsync /}
    ${'state'}         | ${'rsync/rrdp'}        | ${'rsync'}      | ${/RRDP .* rsync /}
    ${'rrdp'}          | ${'rrdp'}              | ${'rsync'}      | ${/state .* RRDP /}
    ${'rrdp/state'}    | ${'rrdp'}              | ${'rsync'}      | ${/state .* RRDP /}
    ${'rsync/a/state'} | ${'rrdp'}              | ${'rsync'}      | ${/state .* rsync /}
    ${'source'}        | ${'rrdp'}              | ${'rsync'}      | ${/state .* source /}
  `('are refused: $state, $rrdp, $rsync', async ({ which, ...places }) => {
    const { code, err } = await run(places);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(which) });
    expect(err).toContain('overlap; see krillsync --help');
  });

  test.each<Places>`
    state             | rrdp            | rsync
    ${'state'}        | ${'state/rrdp'} | ${'state/rsync'}
    ${'state'}        | ${'rrdp'}       | ${'rrdp-rsync'}
    ${'source/state'} | ${'rrdp'}       | ${'rsync'}
  `('others are not: $state, $rrdp, $rsync', async (places) => {
    const { err } = await run(places);
    expect(err).toContain('cannot read');
  });

  test('a directory that is not used does not count', async () => {
    const places = { state: 'state', rrdp: 'rrdp', rsync: 'rrdp' };
    expect((await run(places, '--rsync-disable')).err).toContain('cannot read');
  });
});
