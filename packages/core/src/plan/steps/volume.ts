import { onChange } from '../../execute/on-change.ts';
import { until } from '../../execute/until.ts';
import { isIp } from '../../model/ip.ts';
import { type Brick, formatBrick, type VolumeSpec } from '../../model/storage.ts';
import { onVolume } from '../../paths.ts';
import { patienceMs } from '../../policy.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Handlers } from '../step.ts';

export type VolumeStep =
  | { readonly kind: 'volume.create'; readonly volume: VolumeSpec }
  | {
      readonly kind: 'volume.set';
      readonly volume: string;
      readonly options: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'volume.start'; readonly volume: string; readonly bricks: number }
  | { readonly kind: 'volume.mount'; readonly volume: string }
  | {
      readonly kind: 'volume.addBrick';
      readonly volume: string;
      readonly brick: Brick;
      /** How many copies there are afterwards. */
      readonly replica: number;
    }
  | { readonly kind: 'volume.heal'; readonly volume: string; readonly bricks: number }
  | {
      readonly kind: 'volume.removeBrick';
      readonly volume: string;
      readonly brick: Brick;
      readonly replica: number;
    };

export const volumeHandlers: Handlers<VolumeStep> = {
  'volume.create': {
    describe: ({ volume }) =>
      `create volume ${volume.name} with ${volume.replica} copies on ${volume.bricks.map(formatBrick).join(', ')}`,
    apply: ({ volume }, { ports: { pool } }) => pool.createVolume(volume),
  },
  'volume.set': {
    describe: ({ volume, options }) =>
      `set ${Object.keys(options).length} options of volume ${volume}`,
    apply: async ({ volume, options }, { ports }) => {
      await admit(options['auth.allow'], ports);
      await ports.pool.setOptions(volume, options);
    },
  },
  'volume.start': {
    describe: ({ volume }) => `start volume ${volume}`,
    apply: async ({ volume, bricks }, { ports: { pool, clock }, progress }) => {
      await pool.startVolume(volume);
      await until(async () => (await pool.onlineBricks(volume)).length >= bricks, {
        clock,
        withinMs: patienceMs.brickOnline,
        what: `the ${bricks} bricks of ${volume} to come online`,
        hint: `see "gluster volume status ${volume}"`,
        failing: onChange(progress),
      });
    },
  },
  'volume.mount': {
    describe: ({ volume }) => `mount volume ${volume}`,
    apply: ({ volume }, { ports: { mount } }) => mount.mount(volume),
  },
  'volume.addBrick': {
    describe: ({ volume, brick, replica }) =>
      `add copy ${replica} of volume ${volume} on ${formatBrick(brick)}`,
    apply: ({ volume, brick, replica }, { ports: { pool } }) =>
      pool.addBricks(volume, replica, [brick]),
  },
  // A copy counts when it is whole: only then may another one go.
  'volume.heal': {
    describe: ({ volume }) => `wait until every copy of volume ${volume} is whole`,
    apply: async ({ volume, bricks }, { ports: { pool, clock }, progress }) => {
      const tell = onChange(progress);
      const whole = async (): Promise<boolean> => {
        if ((await pool.onlineBricks(volume)).length < bricks) return false;
        const pending = await pool.healPending(volume);
        tell(pending === 0 ? undefined : `${pending} entries to heal`);
        return pending === 0;
      };
      await until(whole, {
        clock,
        withinMs: patienceMs.heal,
        everyMs: 1000,
        what: `the copies of volume ${volume} to heal`,
        hint: `see "gluster volume heal ${volume} info"`,
        failing: tell,
      });
    },
  },
  'volume.removeBrick': {
    describe: ({ volume, brick, replica }) =>
      `keep ${replica} copies of volume ${volume}: drop the one on ${formatBrick(brick)}`,
    apply: ({ volume, brick, replica }, { ports: { pool } }) =>
      pool.removeBricks(volume, replica, [brick]),
  },
};

/** The nodes' firewalls open to those who may mount, before these try. */
async function admit(allowed: string | undefined, { files, mount }: Ports): Promise<void> {
  if (allowed === undefined || !(await mount.state()).answering) return;
  const admitted = JSON.stringify(allowed.split(',').filter(isIp));
  await files.write(onVolume.admitted, admitted, { mode: 0o644, uid: 0, gid: 0 });
}
