import { onChange } from '../../execute/on-change.ts';
import { until } from '../../execute/until.ts';
import { type Ip, isIp } from '../../model/ip.ts';
import { type Brick, formatBrick, type VolumeSpec } from '../../model/storage.ts';
import { onVolume, paths } from '../../paths.ts';
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
  | {
      readonly kind: 'volume.heal';
      readonly volume: string;
      readonly bricks: number;
      /** Whose clients of the volume must know every copy: all nodes that answer. */
      readonly nodes: readonly Ip[];
    }
  | {
      readonly kind: 'volume.removeBrick';
      readonly volume: string;
      readonly brick: Brick;
      readonly replica: number;
      /** Its node stays: there will be fewer copies than before, or others than the operator knows. */
      readonly destructive?: true;
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
  // A copy counts when every client writes to it and it is whole: only then may another one go.
  'volume.heal': {
    describe: ({ volume }) => `wait until every copy of volume ${volume} is in use and whole`,
    apply: async ({ volume, bricks, nodes }, { ports, progress }) => {
      const tell = onChange(progress);
      await allConnected(volume, nodes, ports, tell);
      await allWhole(volume, bricks, ports, tell);
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

type Tell = (what: string | undefined) => void;

/**
 * A client that does not know a copy writes on without it, and no heal will count what it misses
 * (docs/adr/0018): this one asks the clients themselves. One that is not mounted knows all when it is.
 */
async function allConnected(
  volume: string,
  nodes: readonly Ip[],
  { pool, agents, clock }: Ports,
  tell: Tell,
): Promise<void> {
  const connected = async (): Promise<boolean> => {
    const bricks = (await pool.volume(volume))?.bricks ?? [];
    const lacking = await Promise.all(
      nodes.map(async (ip) => {
        const status = await agents.status(ip);
        if (status === null) return [`the agent on ${ip} does not answer`];
        return bricks
          .map(formatBrick)
          .filter((copy) => !(status.copies?.includes(copy) ?? true))
          .map((copy) => `${ip} has not connected to ${copy}`);
      }),
    );
    const [first] = lacking.flat();
    if (first !== undefined) throw new Error(first);
    return true;
  };
  await until(connected, {
    clock,
    withinMs: patienceMs.copyConnected,
    everyMs: 1000,
    what: `every node to use all copies of volume ${volume}`,
    hint: `no copy was dropped; on that node kill the process "glusterfs" that serves ${paths.volume}, which its agent then mounts anew, and run this again`,
    failing: tell,
  });
}

async function allWhole(
  volume: string,
  bricks: number,
  { pool, clock }: Ports,
  tell: Tell,
): Promise<void> {
  const whole = async (): Promise<boolean> => {
    const online = (await pool.onlineBricks(volume)).length;
    if (online < bricks) throw new Error(`only ${online} of ${bricks} copies run`);
    const pending = await pool.healPending(volume);
    tell(pending === 0 ? undefined : `${pending} entries to heal`);
    return pending === 0;
  };
  await until(whole, {
    clock,
    withinMs: patienceMs.heal,
    everyMs: 1000,
    what: `the copies of volume ${volume} to heal`,
    hint: `see "gluster volume status ${volume}" and "gluster volume heal ${volume} info"`,
    failing: tell,
  });
}
