import { describe as about, expect, test } from '@jest/globals';
import { krillSpec } from '../../services/krill.ts';
import {
  cluster,
  desired,
  h1,
  h2,
  h3,
  nodes,
  release,
  settings,
} from '../../testing/three-nodes.ts';
import type { Step } from '../step.ts';
import { describe } from './handlers.ts';

/** Every kind, once: a kind that is missing here does not compile. */
const lines: { readonly [K in Step['kind']]: readonly [Extract<Step, { kind: K }>, string] } = {
  'agent.enable': [
    { kind: 'agent.enable', node: h1 },
    'start the agent on 10.55.0.1, now and at every boot',
  ],
  'names.assign': [{ kind: 'names.assign', nodes }, 'name 3 nodes in /etc/hosts'],
  'glusterd.speak': [
    { kind: 'glusterd.speak', node: h2, family: 'ipv6' },
    'set GlusterFS on 10.55.0.2 to IPv6',
  ],
  'peers.await': [
    { kind: 'peers.await', node: h2, nodes },
    'wait until 10.55.0.2 is connected to its peers by name',
  ],
  'swarm.init': [{ kind: 'swarm.init', advertise: h1 }, 'start a Swarm with manager 10.55.0.1'],
  'swarm.promote': [{ kind: 'swarm.promote', node: h2 }, 'make 10.55.0.2 a Swarm manager'],
  'swarm.label': [
    { kind: 'swarm.label', node: h2, label: 'krill', value: 'ok' },
    'label 10.55.0.2 with krill=ok',
  ],
  'pool.probe': [{ kind: 'pool.probe', peer: h2 }, 'add 10.55.0.2 to the storage pool'],
  'volume.create': [
    { kind: 'volume.create', volume: desired.volume },
    'create volume krillmanager with 3 copies on km-10-55-0-1:/srv/krillmanager/brick, km-10-55-0-2:/srv/krillmanager/brick, km-10-55-0-3:/srv/krillmanager/brick',
  ],
  'volume.set': [
    { kind: 'volume.set', volume: 'krillmanager', options: { a: 'on', b: 'off' } },
    'set 2 options of volume krillmanager',
  ],
  'volume.start': [
    { kind: 'volume.start', volume: 'krillmanager', bricks: 3 },
    'start volume krillmanager',
  ],
  'volume.mount': [{ kind: 'volume.mount', volume: 'krillmanager' }, 'mount volume krillmanager'],
  'cluster.found': [{ kind: 'cluster.found', cluster }, 'found cluster c1 on the volume'],
  'settings.publish': [{ kind: 'settings.publish', settings }, 'publish the settings for 3 nodes'],
  'certificate.issue': [
    { kind: 'certificate.issue', names: ['a.lab', 'b.lab'] },
    'issue a certificate for a.lab, b.lab',
  ],
  'join.open': [
    { kind: 'join.open', managers: [h1], nodes },
    'share the join token with 3 nodes over the volume',
  ],
  'member.await': [
    { kind: 'member.await', node: h2, deadlineSeconds: 600 },
    'wait for 10.55.0.2 to join the Swarm',
  ],
  'join.close': [{ kind: 'join.close' }, 'make the join token void and remove it from the volume'],
  'krill.prepare': [
    { kind: 'krill.prepare', cluster },
    "make Krill's directories and its administrator's token on the volume",
  ],
  'krill.startOver': [
    { kind: 'krill.startOver', destructive: true },
    'start Krill over: what its initialisation made before it died (keys, CAs, trust anchor) is moved aside on the volume',
  ],
  'krill.token': [
    { kind: 'krill.token' },
    'give Krill the token of your file for its administrator',
  ],
  'service.remove': [
    { kind: 'service.remove', name: 'krill' },
    'stop krill and take it out of the Swarm',
  ],
  'certificate.copy': [
    { kind: 'certificate.copy', names: ['a.lab'] },
    'copy your certificate for a.lab to the volume',
  ],
  'krill.permit': [{ kind: 'krill.permit' }, 'permit the one initialisation of Krill'],
  'service.apply': [
    { kind: 'service.apply', spec: krillSpec(release, 'c1', settings) },
    'run krill once in the Swarm',
  ],
  'krill.await': [
    { kind: 'krill.await', mode: 'testbed' },
    'wait for Krill (mode testbed) to be initialised and to run',
  ],
  'volume.addBrick': [
    { kind: 'volume.addBrick', volume: 'v', brick: { host: 'a', path: '/b' }, replica: 4 },
    'add copy 4 of volume v on a:/b',
  ],
  'volume.heal': [
    { kind: 'volume.heal', volume: 'v', bricks: 4, nodes },
    'wait until every copy of volume v is in use and whole',
  ],
  'volume.removeBrick': [
    { kind: 'volume.removeBrick', volume: 'v', brick: { host: 'a', path: '/b' }, replica: 3 },
    'keep 3 copies of volume v: drop the one on a:/b',
  ],
  'krill.vacate': [{ kind: 'krill.vacate', node: h2 }, 'let Krill run elsewhere than on 10.55.0.2'],
  'swarm.demote': [{ kind: 'swarm.demote', node: h2 }, 'make 10.55.0.2 a Swarm worker'],
  'node.evict': [
    { kind: 'node.evict', node: h2, destructive: true },
    'evict 10.55.0.2: it stops serving and forgets the cluster',
  ],
  'swarm.remove': [
    { kind: 'swarm.remove', node: h2, nodeId: 'n2', destructive: true },
    'remove 10.55.0.2 from the Swarm',
  ],
  'pool.detach': [
    { kind: 'pool.detach', node: h2, host: 'km-10-55-0-2', force: true, destructive: true },
    'take 10.55.0.2 out of the storage pool by force: it does not answer',
  ],
  'member.forget': [{ kind: 'member.forget', node: h2 }, 'forget 10.55.0.2 on the volume'],
  'serving.assign': [
    { kind: 'serving.assign', nodes: [h2, h3], hash: 'x' },
    'let 10.55.0.2, 10.55.0.3 begin to serve RRDP and rsync',
  ],
  'serving.roll': [
    { kind: 'serving.roll', node: h2, hash: 'x' },
    'serve RRDP and rsync on 10.55.0.2',
  ],
};

about('a step says what it does, in one line', () => {
  test.each(Object.values<readonly [Step, string]>(lines))('$kind', (step, line) => {
    expect(describe(step)).toBe(line);
  });

  test('for one node', () => {
    const alone = { ...settings, nodes: [h1] };
    expect(describe({ kind: 'settings.publish', settings: alone })).toMatch(/for one node$/);
  });
});
