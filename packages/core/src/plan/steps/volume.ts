import { until } from '../../execute/until.ts';
import { formatBrick, type VolumeSpec } from '../../model/storage.ts';
import { patienceMs } from '../../policy.ts';
import type { Handlers } from '../step.ts';

export type VolumeStep =
  | { readonly kind: 'volume.create'; readonly volume: VolumeSpec }
  | {
      readonly kind: 'volume.set';
      readonly volume: string;
      readonly options: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'volume.start'; readonly volume: string; readonly bricks: number }
  | { readonly kind: 'volume.mount'; readonly volume: string };

export const volumeHandlers: Handlers<VolumeStep> = {
  'volume.create': {
    describe: ({ volume }) =>
      `create volume ${volume.name} with ${volume.replica} copies on ${volume.bricks.map(formatBrick).join(', ')}`,
    apply: ({ volume }, { ports: { pool } }) => pool.createVolume(volume),
  },
  'volume.set': {
    describe: ({ volume, options }) =>
      `set ${Object.keys(options).length} options of volume ${volume}`,
    apply: ({ volume, options }, { ports: { pool } }) => pool.setOptions(volume, options),
  },
  'volume.start': {
    describe: ({ volume }) => `start volume ${volume}`,
    apply: async ({ volume, bricks }, { ports: { pool, clock } }) => {
      await pool.startVolume(volume);
      await until(async () => (await pool.onlineBricks(volume)).length >= bricks, {
        clock,
        withinMs: patienceMs.brickOnline,
        what: `the ${bricks} bricks of ${volume} to come online`,
        hint: `see "gluster volume status ${volume}"`,
      });
    },
  },
  'volume.mount': {
    describe: ({ volume }) => `mount volume ${volume}`,
    apply: ({ volume }, { ports: { mount } }) => mount.mount(volume),
  },
};
