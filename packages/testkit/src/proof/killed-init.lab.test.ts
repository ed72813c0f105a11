import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { isFull } from '../counts.ts';
import { endState } from './killed/end-state.ts';
import { guardProofs } from './killed/guard-proofs.ts';
import { keepDisks, restoreDisks } from './killed/kept-disks.ts';
import { type InitEvent, killableInit, nameOf, type Verdict } from './killed/killed-init.ts';
import { OwnCluster } from './killed/own-cluster.ts';
import { secretProofs } from './killed/secret-proofs.ts';
import { type JoinMaterialSeen, seeJoinMaterial, watchProcesses } from './killed/secrets.ts';

const place = { dir: '/var/tmp/krillmanager-lab-killed', net: '10.72.0', net6: 'fd72::' };
const cluster = new OwnCluster(place);
const minuteMs = 60_000;

jest.setTimeout(10 * minuteMs);

/** Every step of a first `init` of three nodes, and how long after its start is in its middle. */
const steps: readonly (readonly [string, number])[] = [
  ['agent.enable .1', 1000],
  ['names.assign', 100],
  ['swarm.init', 300],
  ['pool.probe .2', 100],
  ['pool.probe .3', 100],
  ['peers.await .2', 60],
  ['peers.await .3', 60],
  ['volume.create', 500],
  ['volume.start', 1500],
  ['volume.mount', 80],
  ['cluster.found', 100],
  ['certificate.issue', 150],
  ['settings.publish', 20],
  ['join.open', 20],
  ['member.await .1', 500],
  ['member.await .2', 10],
  ['member.await .3', 10],
  ['join.close', 6],
  ['swarm.promote .2', 200],
  ['swarm.promote .3', 200],
  ['swarm.label .1', 50],
  ['swarm.label .2', 50],
  ['swarm.label .3', 50],
  ['krill.prepare', 250],
  ['krill.permit', 6],
  ['service.apply', 5],
  ['krill.await', 1200],
  ['serving.roll .2', 700],
  ['serving.roll .3', 700],
  ['serving.roll .1', 700],
];

const shortName = (event: InitEvent): string => nameOf(event).replace(place.net, '');

interface Moment {
  readonly step: string;
  readonly event: 'started' | 'done';
  /** After the event, in milliseconds. */
  readonly afterMs: number;
}

const inTheMiddle = steps.map(([step, afterMs]): Moment => ({ step, event: 'started', afterMs }));
const between = steps.map(([step]): Moment => ({ step, event: 'done', afterMs: 0 }));
const inWords = ({ step, event }: Moment): string =>
  event === 'done' ? `after ${step}` : `in the middle of ${step}`;

interface Formed {
  /** The moments at which a run was killed. */
  readonly met: readonly Moment[];
  /** What all the runs printed. */
  readonly said: string;
}

/**
 * Kills one run after the other, each at the first of the moments that it comes to and that none came
 * to before, until one comes to its end.
 */
async function formWithKills(
  moments: readonly Moment[],
  between: () => Promise<void> = async () => undefined,
): Promise<Formed> {
  const met: Moment[] = [];
  let said = '';
  const verdict: Verdict = (event) => {
    const now = moments.find(
      (moment) =>
        !met.includes(moment) && moment.event === event.event && moment.step === shortName(event),
    );
    if (now === undefined) return null;
    met.push(now);
    return now.afterMs;
  };
  for (;;) {
    const { killed, code, stdout, stderr } = await killableInit(cluster, verdict);
    said += `${stdout}${stderr}`;
    if (code === 0) return { met, said };
    // On a machine that is very busy the volume misses its deadline, and the operator runs it again.
    if (!killed && !stderr.includes('no answer within')) {
      throw new Error(`after kills ${met.map(inWords).join(', ')}: exit code ${code}\n${stderr}`);
    }
    await between();
  }
}

/** What the first round came to. */
let first: object | undefined;

async function expectSameEnd(): Promise<void> {
  const end = await endState(cluster);
  first ??= end;
  expect(end).toEqual(first);
  // Nothing half-written stays behind, and no join material.
  expect(
    end.volume.filter((line) => /(^|\/)\.|^join\//.test(line) && !line.startsWith('krill/data/')),
  ).toEqual([]);
  expect(JSON.parse(await cluster.init('--dry-run', '--json'))).toEqual({ version: 1, steps: [] });
  expect(await cluster.init()).toContain('Nothing to do');
}

beforeAll(async () => {
  await cluster.prepare();
  if (isFull) await keepDisks(cluster);
}, 10 * minuteMs);
afterAll(() => cluster.lab.down(), minuteMs);

if (isFull) {
  describe('an init that is killed and run again comes to the same end, killed', () => {
    const everywhere = [...inTheMiddle, ...between];
    const one = (moment: Moment) => [inWords(moment), [moment]] as const;
    const rounds: readonly (readonly [string, readonly Moment[]])[] = [
      ['never', []],
      ['wherever one comes to', everywhere],
      ...everywhere.map(one),
    ];

    test.each(rounds)('%s', async (_when, moments) => {
      await restoreDisks(cluster);
      const { met } = await formWithKills(moments);
      console.log(`killed ${met.map(inWords).join(', ')}`);
      // A step whose middle was the end of a run may not be needed any more.
      expect(met.length).toBeGreaterThanOrEqual(moments.length / 2);
      await expectSameEnd();
    });
  });
}

const some: readonly Moment[] = [
  { step: 'volume.create', event: 'started', afterMs: 500 },
  { step: 'join.open', event: 'done', afterMs: 0 },
  { step: 'krill.await', event: 'started', afterMs: 1200 },
];

describe(`a cluster whose init was killed ${some.map(inWords).join(', ')}`, () => {
  const formation = { said: '', material: null as JoinMaterialSeen | null };

  beforeAll(async () => {
    if (isFull) await restoreDisks(cluster);
    await watchProcesses(cluster);
    const { met, said } = await formWithKills(some, async () => {
      formation.material ??= await seeJoinMaterial(cluster);
    });
    formation.said = said;
    expect(met).toEqual(some);
  }, 10 * minuteMs);

  test('is as if it had not been killed', expectSameEnd);

  secretProofs(cluster, () => formation);
  describe('its Krill', () => guardProofs(cluster));
});
