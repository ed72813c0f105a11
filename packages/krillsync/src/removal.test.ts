import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { fixedDelay } from './barrier.ts';
import type { HeldVersion } from './hold.ts';
import { accept } from './hold.ts';
import { uri } from './testing/first-publication.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
import { Scene } from './testing/scene.ts';

let scene: Scene;
let node: NodeOnDisk;
let repository: RrdpRepository;
let accepted: HeldVersion | undefined;

const rule = { percent: 20, least: 10 };
const update = () =>
  node.update({
    maxRemoval: rule,
    barrier: { ...fixedDelay(0), accepted: () => accepted },
  });

beforeEach(async () => {
  scene = new Scene();
  node = scene.node();
  repository = new RrdpRepository({ dir: scene.sourceDir });
  accepted = undefined;
  publishCa('large', 98);
  publishCa('middle', 18);
  publishCa('small', 1);
  repository.commit();
  await update();
});

afterEach(() => scene.remove());

/** A manifest, a CRL and ROAs. */
function publishCa(ca: string, roas: number): void {
  for (const name of ['a.mft', 'a.crl']) repository.publish(uri(`${ca}/${name}`), ca + name);
  for (let i = 0; i < roas; i += 1) repository.publish(uri(`${ca}/${i}.roa`), `${ca}${i}`);
}

function withdraw(ca: string, count: number, wanted = (_: string) => true): void {
  const names = [...repository.objects.keys()].filter((name) => name.includes(`/${ca}/`));
  for (const name of names.filter(wanted).slice(0, count)) repository.withdraw(name);
}

const isRoa = (name: string): boolean => name.endsWith('.roa');
const shows = (): boolean => node.notification().serial === repository.serial;

describe.each(['deltas', 'snapshot'])('an update (%s)', (way) => {
  test.each<[what: string, change: () => void, held: string | null]>([
    ['removes the only ROA of a CA', () => withdraw('small', 1, isRoa), null],
    ['removes a CA of three objects', () => withdraw('small', 3), null],
    ['removes nine objects', () => withdraw('large', 9, isRoa), null],
    ['removes a fifth of the objects', () => withdraw('large', 24, isRoa), null],
    [
      'removes more than a fifth',
      () => withdraw('large', 25, isRoa),
      'would remove 25 of 123 objects (more than 20 %)',
    ],
    [
      "removes all of a CA's objects",
      () => withdraw('middle', 20),
      'would remove 20 of 123 objects, all of rsync://repo.example.net/repo/middle/',
    ],
    ['leaves a CA its manifest and its CRL', () => withdraw('middle', 18, isRoa), null],
    ['has a CA publish all anew', () => publishCa('middle', 18), null],
    [
      'removes a CA of which it adds another object',
      () => {
        withdraw('middle', 20);
        repository.publish(uri('middle/new.roa'), 'new');
      },
      'all of rsync://repo.example.net/repo/middle/',
    ],
  ])('that %s', async (_what, change, held) => {
    change();
    if (way === 'snapshot') repository.resetSession();
    repository.commit();
    const done = update().then(
      () => null,
      (error: unknown) => String(error),
    );
    if (held === null) expect(await done).toBeNull();
    else expect(await done).toContain(held);
    const isShown = node.notification().session === repository.session && shows();
    expect(isShown).toBe(held === null);
  });
});

describe('what was accepted', () => {
  const hold = async () => {
    withdraw('middle', 20);
    repository.commit();
    await expect(update()).rejects.toThrow('held');
    const { session, serial } = repository;
    const points = ['rsync://repo.example.net/repo/middle/'];
    return { session, serial, of: 123, removed: 20, points };
  };

  test.each(['here', 'for all nodes'])('passes, %s, and what follows with it', async (where) => {
    const held = await hold();
    repository.publish(uri('large/more.roa'), 'more').commit();
    if (where === 'here') expect(accept(node.setup().stateDir)).toMatchObject({ serial: 2 });
    else accepted = held;
    await update();
    expect(shows()).toBe(true);
  });

  test('passes for once: the same again is held', async () => {
    accepted = await hold();
    await update();
    publishCa('middle', 18);
    repository.commit();
    await update();
    withdraw('middle', 20);
    repository.commit();
    await expect(update()).rejects.toThrow('held');
  });

  test.each<[string, (held: HeldVersion) => HeldVersion]>([
    ['another session', (held) => ({ ...held, session: '00000000-0000-4000-8000-000000000000' })],
    ['a later version', (held) => ({ ...held, serial: held.serial + 1 })],
    ['the removal of fewer', (held) => ({ ...held, removed: 5 })],
    ["another CA's", (held) => ({ ...held, points: ['rsync://repo.example.net/repo/large/'] })],
  ])('does not let through what it does not cover: %s', async (_what, change) => {
    accepted = change(await hold());
    await expect(update()).rejects.toThrow('held');
  });

  test('does not let through what removes another CA on top', async () => {
    accepted = await hold();
    withdraw('large', 100);
    repository.commit();
    await expect(update()).rejects.toThrow('held');
  });
});
