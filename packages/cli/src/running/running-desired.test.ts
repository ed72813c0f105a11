import { expect, test } from '@jest/globals';
import { type ClusterSettings, type Ip, onVolume, paths, planRunning } from '@krillmanager/core';
import type { FakeWorld } from '../../../testkit/src/world/fake-world.ts';
import { addresses, freshWorld, release } from '../../../testkit/src/world/mortal-runs.ts';
import { runInit, wishFor } from '../../../testkit/src/world/run-init.ts';
import { runningDesired } from './running-desired.ts';

const [h1, h2, h3, h4] = addresses(4) as unknown as [Ip, Ip, Ip, Ip];
const installed = {
  ...release,
  templates: 'templates',
  directory: '/opt/krillmanager/current',
  imageArchive: async () => '/images.tar',
};
const ownCopy = `${paths.local}/settings.json`;
const access = { mode: 0o600, uid: 0, gid: 0 };

const init = (world: FakeWorld, nodes: readonly [Ip, ...Ip[]]) =>
  runInit(world, wishFor({ nodes, krill: { mode: 'own', ca: 'ca' }, release }, 'c1'), {
    ports: world.portsAt(h1),
  });

const desiredAt = (world: FakeWorld, ip: Ip) =>
  runningDesired(
    { ...world.portsAt(ip), local: world.at(ip).local, addresses: () => [ip] },
    (settings): ClusterSettings => ({ ...settings, stopped: true }),
    installed,
  );

test('stop on a manager with an old memory keeps the nodes that were added meanwhile', async () => {
  const world = freshWorld({ nodes: 4 });
  await init(world, [h1, h2, h3]);
  const old = (await world.at(h2).local.read(ownCopy)) ?? '';
  await init(world, [h1, h2, h3, h4]);
  await world.at(h2).local.write(ownCopy, old, access);
  const desired = await desiredAt(world, h2);
  const { left } = await runInit(world, desired, { ports: world.portsAt(h2), plan: planRunning });
  expect(left.steps).toEqual([]);
  const settings = await world.at(h1).files.read(onVolume.settings);
  expect(JSON.parse(settings ?? '')).toMatchObject({ nodes: [h1, h2, h3, h4], stopped: true });
});

test('stop says so where the volume cannot be read, and where there is no cluster', async () => {
  const world = freshWorld({ nodes: 4 });
  await init(world, [h1, h2, h3]);
  await world.at(h2).mount.unmount();
  await expect(desiredAt(world, h2)).rejects.toMatchObject({
    message: 'the volume cannot be read here; nothing was changed',
    hint: expect.stringContaining('krillmanager status'),
  });
  await expect(desiredAt(world, h4)).rejects.toThrow('not a member of a cluster');
});
