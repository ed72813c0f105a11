import { expect, test } from '@jest/globals';
import { type Ip, paths } from '@krillmanager/core';
import { addresses, freshWorld, release } from '../../../testkit/src/world/mortal-runs.ts';
import { runInit, wishFor } from '../../../testkit/src/world/run-init.ts';
import { leaveSteps } from './take-leave.ts';

const nodes = addresses(3) as unknown as [Ip, Ip, Ip];
const [h1, , h3] = nodes;

test('a member that leaves has nothing of the cluster left, and can leave again', async () => {
  const world = freshWorld({ nodes: 3 });
  const desired = wishFor({ nodes, krill: { mode: 'own', ca: 'ca' }, release }, 'c1');
  await runInit(world, desired, { ports: world.portsAt(h1) });
  const node = world.at(h3);
  const { containers } = node.machine;
  expect((await node.containers()).length).toBeGreaterThan(0);
  for (const _ of ['once', 'again']) {
    const steps = leaveSteps({ ...world.portsAt(h3), containers, local: node.local });
    for (const { run } of steps) await run();
    await world.pass(5000);
    expect(await containers.list()).toEqual([]);
    expect(await node.machine.swarm.membership()).toMatchObject({ state: 'inactive' });
    expect(await node.mount.state()).toMatchObject({ mounted: false });
    expect(await node.names.named()).toEqual([]);
    expect(node.agentActive).toBe(false);
    expect((await node.facts()).cluster).toBeNull();
    expect(node.local.exists(`${paths.local}/settings.json`)).toBe(false);
  }
});
