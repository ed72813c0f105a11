import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { UserError } from '@krillmanager/core';
import { glusterPool } from './gluster-pool.ts';
import type { RunGluster } from './run-gluster.ts';

/** What a real glusterd 10.3 printed. */
const fixture = (name: string): string =>
  readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');

/** A gluster that gives these answers, one after the other. */
function glusterSaying(...answers: readonly string[]) {
  const asked: string[] = [];
  const run: RunGluster = async (argv) => {
    asked.push(argv.slice(4).join(' '));
    return { stdout: answers[asked.length - 1] ?? '', exitCode: 0 };
  };
  return { pool: glusterPool({ run }), asked };
}

const saying = (...names: readonly string[]) => glusterSaying(...names.map(fixture));

describe('the peers of a pool', () => {
  test('are none when the server is alone', async () => {
    expect(await saying('peers-none-10.3.xml').pool.peers()).toEqual([]);
  });

  test('are joining before they are members', async () => {
    const { pool } = saying('peers-joining-10.3.xml');
    expect(await pool.peers()).toEqual([
      expect.objectContaining({ hosts: ['km-10-58-0-2'], state: 'member', connected: true }),
      expect.objectContaining({ hosts: ['km-10-58-0-3'], state: 'joining', connected: true }),
    ]);
  });

  test('stay members when they are cut off', async () => {
    const [cut] = await saying('peers-disconnected-10.3.xml').pool.peers();
    expect(cut).toMatchObject({ hosts: ['km-10-58-0-2'], state: 'member', connected: false });
  });
});

describe('a volume', () => {
  test('is null when there is none', async () => {
    expect(await saying('volume-none-10.3.xml').pool.volume('gv0')).toBeNull();
  });

  test.each(['created', 'started'] as const)('is %s', async (status) => {
    const { pool } = saying(`volume-${status}-10.3.xml`);
    expect(await pool.volume('gv0')).toMatchObject({
      name: 'gv0',
      status,
      replica: 2,
      bricks: [
        { host: 'km-10-58-0-1', path: '/srv/b' },
        { host: 'km-10-58-0-2', path: '/srv/b' },
      ],
      options: expect.objectContaining({ 'nfs.disable': 'on' }),
    });
  });

  test('has bricks online, whatever becomes of the daemons beside them', async () => {
    const { pool } = saying('volume-started-10.3.xml', 'status-daemon-down-10.3.xml');
    expect(await pool.onlineBricks('gv0')).toEqual([
      { host: 'km-10-58-0-1', path: '/srv/b' },
      { host: 'km-10-58-0-2', path: '/srv/b' },
    ]);
  });

  test('is asked for its bricks again when a peer has just died', async () => {
    const info = 'volume-started-10.3.xml';
    const { pool } = saying(info, 'peer-just-died-10.3.xml', 'status-daemon-down-10.3.xml');
    expect(await pool.onlineBricks('gv0')).toHaveLength(2);
  });

  test('has no bricks online before it is started', async () => {
    expect(await saying('volume-created-10.3.xml').pool.onlineBricks('gv0')).toEqual([]);
  });

  test('waits for the healing that the reachable bricks know of', async () => {
    expect(await saying('heal-brick-unreachable-10.3.xml').pool.healPending('gv0')).toBe(3);
  });
});

describe('a change', () => {
  test('is tried again while another transaction is in progress', async () => {
    const { pool, asked } = saying('busy-10.3.xml', 'busy-10.3.xml', 'done-10.3.xml');
    await pool.setOptions('gv0', { 'network.ping-timeout': '5' });
    expect(asked).toEqual(Array(3).fill('volume set gv0 network.ping-timeout 5'));
  });

  test('is tried again while a peer that has just joined cannot be locked', async () => {
    const { pool, asked } = saying('locking-failed-10.3.xml', 'done-10.3.xml');
    await pool.setOptions('gv0', { 'network.ping-timeout': '5' });
    expect(asked).toHaveLength(2);
  });

  test('of nothing asks nothing', async () => {
    const { pool, asked } = saying();
    await pool.setOptions('gv0', {});
    expect(asked).toEqual([]);
  });

  test('that has been made already is none', async () => {
    await saying('not-a-peer-10.3.xml').pool.detach('km-a', false);
    await saying('volume-started-10.3.xml').pool.startVolume('gv0');
  });

  test.each([
    ['refused-not-a-member', "Host km-10-58-0-3 is not in 'Peer in Cluster' state"],
    ['refused-another-pool', 'already part of another cluster'],
    ['refused-holds-bricks', 'hosts one or more bricks'],
    ['unreachable', 'Transport endpoint is not connected'],
  ])('fails (%s) in the words of gluster: %s', async (answer, words) => {
    const failing = saying(`${answer}-10.3.xml`).pool.probe('km-a');
    await expect(failing).rejects.toThrow(UserError);
    await expect(failing).rejects.toThrow(words);
  });

  test('fails with a hint when gluster gives no answer', async () => {
    const failing = saying('timed-out-10.3.txt').pool.probe('km-a');
    await expect(failing).rejects.toMatchObject({
      message: expect.stringContaining('no answer within 120 s'),
      hint: expect.stringContaining('glusterd'),
    });
  });
});

test('the version is the second word that gluster says', async () => {
  const { pool } = glusterSaying('glusterfs 10.3\nRepository revision: …\n');
  expect(await pool.version()).toBe('10.3');
});
