import { describe as about, expect, test } from '@jest/globals';
import type { Desired } from '../model/desired.ts';
import type { Observed } from '../model/observed.ts';
import { Secret } from '../model/secret.ts';
import * as three from '../testing/three-nodes.ts';
import { planInit } from './plan-init.ts';
import type { Step } from './step.ts';

const { contents, desired, except, formed, h1, h2, h3, untouched, withContents } = three;

/** "kind", and what tells two steps of a kind apart. */
function brief(step: Step): string {
  const { kind } = step;
  if ('node' in step) return `${kind} ${step.node.slice(-1)}`;
  return 'peer' in step ? `${kind} ${step.peer.slice(-1)}` : kind;
}

const steps = (change: Partial<Observed>, wanted: Partial<Desired> = {}): readonly string[] =>
  planInit({ ...formed, ...change }, { ...desired, ...wanted }).steps.map(brief);

const withSettings = (change: object): Partial<Desired> => ({
  settings: { ...three.settings, ...change },
});

about('the plan for untouched servers', () => {
  test('forms the cluster, from the agent to what is served', () => {
    expect(planInit(untouched, desired).steps.map(brief)).toEqual([
      'agent.enable 1',
      'names.assign',
      'swarm.init',
      'pool.probe 2',
      'pool.probe 3',
      'peers.await 2',
      'peers.await 3',
      'volume.create',
      'volume.start',
      'volume.mount',
      'cluster.found',
      'certificate.issue',
      'settings.publish',
      'join.open',
      'member.await 1',
      'member.await 2',
      'member.await 3',
      'join.close',
      'swarm.label 1',
      'swarm.label 2',
      'swarm.label 3',
      'krill.prepare',
      'krill.permit',
      'service.apply',
      'serving.assign',
      'swarm.promote 2',
      'swarm.promote 3',
      'krill.await',
      'serving.roll 1',
      'serving.roll 2',
      'serving.roll 3',
    ]);
  });

  test('founds the cluster under the new id, and Krill and the sentinel agree', () => {
    const plan = JSON.stringify(planInit(untouched, desired));
    expect(plan.match(/"id":"\w+"/g)).toEqual(['"id":"c2"', '"id":"c2"']);
    expect(plan).toContain('"krill-supervisor","c2"');
  });

  test('is JSON with a version, and the same whenever it is made', () => {
    const plan = planInit(untouched, desired);
    expect(plan.version).toBe(1);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(planInit(untouched, desired)).toEqual(plan);
  });
});

about('the plan for a formed cluster', () => {
  test('is empty', () => {
    expect(steps({})).toEqual([]);
  });

  test('is empty from any manager, in whichever order the facts came', () => {
    const peers = [h1, h3].map(three.peer);
    const reversed = new Map([...formed.status].toReversed());
    expect(steps({ self: h2, peers, status: reversed }, { self: h2 })).toEqual([]);
  });

  test('keeps the id that the volume has', () => {
    const { steps: all } = planInit({ ...formed, services: [] }, desired);
    expect(JSON.stringify(all)).toContain('"krill-supervisor","c1"');
    expect(JSON.stringify(all)).not.toContain('c2');
  });
});

const service = (change: object) => ({ services: [{ ...three.krillService, ...change }] });
const krill = (change: object) => withContents({ krill: { ...contents.krill, ...change } });
const certificate = (change: object) =>
  withContents({
    certificate: { pem: '', names: [], notAfterMs: 0, ...contents.certificate, ...change },
  });
const status = (change: object) => ({
  status: except(formed.status, h2, three.statusOf(h2, change)),
});
const refused = (startOver: boolean) =>
  status({ krillRefusal: { because: 'of this', todo: 'that', startOver, atMs: 0 } });
const facts = (change: object) => ({ facts: except(formed.facts, h2, three.factsOf(h2, change)) });
const options = { ...desired.volume.options, 'network.ping-timeout': '42' };
const volume = { ...desired.volume, status: 'started' as const };
const joining = ['join.open', 'member.await 2', 'join.close'];
const { swarmNode } = three;

about('a formed cluster', () => {
  test.each<readonly [string, Partial<Observed>, readonly string[]]>([
    ['whose agent stands still here', { agentEnabled: false }, ['agent.enable 1']],
    [
      'with a GlusterFS set to the other family',
      facts({ gluster: { ...three.factsOf(h2).gluster, family: 'ipv6' } }),
      ['glusterd.speak 2'],
    ],
    ['with a node that has no name', { named: [h1, h2] }, ['names.assign']],
    ['with names too many', { named: [h1, h2, h3, three.peer(h3).hosts[0] as typeof h1] }, []],
    [
      'whose options drifted',
      { volume: { ...volume, options: { ...options, 'auth.allow': 'km-*' } } },
      ['volume.set'],
    ],
    [
      'with other options beside ours',
      { volume: { ...volume, options: { ...volume.options, 'auth.allow': 'km-*' } } },
      [],
    ],
    ['whose volume is stopped', { volume: { ...volume, status: 'stopped' } }, ['volume.start']],
    ['whose volume never started', { volume: { ...volume, status: 'created' } }, ['volume.start']],
    ['whose settings drifted', withContents({ settings: null }), ['settings.publish']],
    [
      'whose settings are written in another order',
      withContents({
        settings: Object.fromEntries(
          Object.entries(three.settings).toReversed(),
        ) as typeof three.settings,
      }),
      [],
    ],
    ['without a certificate', withContents({ certificate: null }), ['certificate.issue']],
    ['with a name too few', certificate({ names: ['krill.lab'] }), ['certificate.issue']],
    [
      'with a name too many',
      certificate({ names: ['rrdp.lab', 'x', 'krill.lab', 'rsync.lab'] }),
      [],
    ],
    [
      'whose certificate has 30 days left',
      certificate({ notAfterMs: three.nowMs + 30 * three.dayMs }),
      [],
    ],
    [
      'whose certificate has less',
      certificate({ notAfterMs: three.nowMs + 30 * three.dayMs - 1 }),
      ['certificate.issue'],
    ],
    ['whose join material was left behind', withContents({ joinOpen: true }), ['join.close']],
    [
      'with a node that is not recorded',
      withContents({ members: except(contents.members, h2, null) }),
      [...joining, 'swarm.label 2'],
    ],
    [
      'with a record of a node that has gone',
      { swarmNodes: [swarmNode(h1), swarmNode(h3)] },
      [...joining, 'swarm.label 2', 'swarm.promote 2'],
    ],
    [
      'that did not record this node',
      withContents({ members: except(contents.members, h1, null) }),
      ['member.await 1', 'swarm.label 1'],
    ],
    [
      'with a manager too few',
      { swarmNodes: [swarmNode(h1), swarmNode(h2), swarmNode(h3, { role: 'worker' })] },
      ['swarm.promote 3'],
    ],
    [
      'with a manager too few, and that node down',
      {
        swarmNodes: [swarmNode(h1), swarmNode(h2), swarmNode(h3, { role: 'worker', ready: false })],
      },
      [],
    ],
    [
      'with a node that may not run Krill',
      { swarmNodes: [swarmNode(h1), swarmNode(h2, { labels: { zone: 'a' } }), swarmNode(h3)] },
      ['swarm.label 2'],
    ],
    [
      'a manager took the label from a node that cannot run Krill',
      {
        swarmNodes: [
          swarmNode(h1),
          swarmNode(h2, { labels: { krill: 'lost-volume' } }),
          swarmNode(h3),
        ],
      },
      [],
    ],
    [
      'where nothing was prepared for Krill',
      krill({ prepared: false }),
      ['krill.prepare', 'krill.await'],
    ],
    [
      'whose Krill was never permitted',
      krill({ state: 'absent' }),
      ['krill.permit', 'krill.await'],
    ],
    ['whose Krill has its permit', krill({ state: 'absent', permit: true }), ['krill.await']],
    ['whose Krill is being initialised', krill({ state: 'initialising' }), ['krill.await']],
    ['whose Krill is not started', refused(false), ['krill.await']],
    [
      "whose Krill's initialisation died, but goes on",
      { ...refused(false), ...krill({ state: 'initialising' }) },
      ['krill.await'],
    ],
    [
      "whose Krill's initialisation died and cannot go on",
      { ...refused(true), ...krill({ state: 'initialising' }) },
      [
        ...['service.remove', 'krill.startOver', 'krill.prepare'],
        ...['krill.permit', 'service.apply', 'krill.await'],
      ],
    ],
    [
      'whose Krill was started over, as an old refusal does not know',
      { ...refused(true), ...krill({ state: 'initialised' }) },
      ['krill.await'],
    ],
    ['without the service of Krill', { services: [] }, ['service.apply', 'krill.await']],
    ['with another Krill', service({ specHash: 'x' }), ['service.apply', 'krill.await']],
    ['whose Krill does not run', service({ running: 0, nodeId: null }), ['krill.await']],
    [
      'with a node that was told to serve something else',
      withContents({ wanted: except(contents.wanted, h2, 'x') }),
      ['serving.roll 2'],
    ],
    [
      'with a node that was told nothing',
      withContents({ wanted: except(contents.wanted, h2, null) }),
      ['serving.assign', 'serving.roll 2'],
    ],
    [
      'with a node that serves something else',
      status({ serving: { hash: 'x', healthy: true, ready: true } }),
      ['serving.roll 2'],
    ],
    [
      'with a node that does not serve',
      status({ serving: { hash: three.hash, healthy: false, ready: true } }),
      ['serving.roll 2'],
    ],
    ['with a node that has forgotten the names', facts({ named: [] }), []],
  ])('%s', (_what, change, expected) => {
    expect(steps(change)).toEqual(expected);
  });

  test('whose volume cannot be read here is not founded again: first it is mounted', () => {
    const blind = { mounted: false, contents: null };
    expect(steps(blind)).toEqual(['volume.mount']);
    const stopped = { ...volume, status: 'stopped' } as const;
    expect(steps({ ...blind, volume: stopped })).toEqual(['volume.start', 'volume.mount']);
  });

  test('whose volume cannot be read here gives no copy away: nobody was asked yet', () => {
    const nodes = [h1, h2];
    const smaller = { nodes, volume: { ...desired.volume, replica: 2 } };
    const blind = { mounted: false, contents: null };
    expect(steps(blind, smaller)).toEqual(['volume.mount']);
    expect(steps({}, smaller)).toContain('volume.removeBrick');
  });

  test('whose volume was never started has nothing on it', () => {
    const created = { ...volume, status: 'created' } as const;
    const planned = steps({ mounted: false, contents: null, volume: created });
    expect(planned).toEqual(expect.arrayContaining(['volume.mount', 'cluster.found']));
  });
});

const given = { certificate: 'pem', key: new Secret('key'), names: ['krill.lab'] };

about('other wishes for a formed cluster', () => {
  test.each<readonly [string, Partial<Desired>, readonly string[]]>([
    ['more rsync clients', withSettings({ rsyncMaxConnections: 9 }), ['settings.publish']],
    [
      'another name',
      withSettings({ domains: { ...three.settings.domains, rrdp: 'other.lab' } }),
      ['certificate.issue', 'settings.publish', 'service.apply', 'krill.await'],
    ],
    [
      "the operator's own certificate",
      { ...withSettings({ tls: { mode: 'own' } }), certificate: { ...given, certificate: 'new' } },
      ['certificate.copy', 'settings.publish'],
    ],
    ["the operator's token", { adminToken: new Secret('another') }, ['krill.token', 'krill.await']],
    ['the token that it has', { adminToken: new Secret('token') }, []],
    ['to be stopped', withSettings({ stopped: true }), ['settings.publish', 'service.remove']],
    [
      'another serving stack',
      { serving: { ...desired.serving, files: [] } },
      ['serving.roll 1', 'serving.roll 2', 'serving.roll 3'],
    ],
    [
      'another release of Krill',
      { release: { ...three.release, images: { ...three.release.images, krill: 'krill:2' } } },
      ['service.apply', 'krill.await'],
    ],
  ])('%s', (_what, wanted, expected) => {
    expect(steps({}, wanted)).toEqual(expected);
  });
});

about('a certificate of the operator', () => {
  const own = withSettings({ tls: { mode: 'own' } });
  const settings = { ...three.settings, tls: { mode: 'own' as const } };
  const present = withContents({ settings });

  test('is not copied twice, and stays when no files are given', () => {
    expect(steps(present, { ...own, certificate: given })).toEqual([]);
    expect(steps(present, own)).toEqual([]);
  });

  test('gives way to one of the cluster, whatever names it has', () => {
    expect(steps(present)).toEqual(['certificate.issue', 'settings.publish']);
  });
});

about('a slave that is dead', () => {
  test('is waited for by no step: it serves by itself when it comes back', () => {
    expect(steps(three.thirdIsDead)).toEqual([]);
  });

  test('does not keep the others from what is wanted of them', () => {
    const dead = { ...three.thirdIsDead, ...certificate({ names: [] }) };
    expect(steps(dead)).toEqual(['certificate.issue']);
  });

  test('is told what to serve', () => {
    const wanted = except(contents.wanted, h3, 'x');
    expect(steps({ ...three.thirdIsDead, ...withContents({ wanted }) })).toEqual([
      'serving.roll 3',
    ]);
  });

  test('before the volume stands is waited for', () => {
    const peers = [three.peer(h2), { ...three.peer(h3), connected: false }];
    const planned = steps({ ...three.thirdIsDead, peers, volume: null });
    expect(planned.slice(0, 3)).toEqual(['pool.probe 3', 'peers.await 3', 'volume.create']);
  });
});
