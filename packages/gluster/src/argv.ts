import { type Brick, formatBrick, type VolumeSpec } from '@krillmanager/core';

/** What follows `gluster` in the command line. */
export type Argv = readonly string[];

export const peerStatus = (): Argv => ['peer', 'status'];

export const peerProbe = (host: string): Argv => ['peer', 'probe', host];

export const peerDetach = (host: string, force: boolean): Argv =>
  force ? ['peer', 'detach', host, 'force'] : ['peer', 'detach', host];

export const volumeInfo = (name: string): Argv => ['volume', 'info', name];

export const volumeStatus = (name: string): Argv => ['volume', 'status', name];

/** `force`: glusterd otherwise refuses a brick on the root file system, or one used before. */
export const volumeCreate = ({ name, bricks, replica, arbiter }: VolumeSpec): Argv => [
  'volume',
  'create',
  name,
  ...(replica > 1 ? ['replica', String(replica)] : []),
  ...(arbiter ? ['arbiter', '1'] : []),
  ...bricks.map(formatBrick),
  'force',
];

/** All in one transaction. */
export const volumeSet = (name: string, options: Readonly<Record<string, string>>): Argv => [
  'volume',
  'set',
  name,
  ...Object.entries(options).flat(),
];

export const volumeStart = (name: string): Argv => ['volume', 'start', name];

const bricksOf = (replica: number, bricks: readonly Brick[]): Argv => [
  'replica',
  String(replica),
  ...bricks.map(formatBrick),
  'force',
];

/** `replica` is the number of copies afterwards. */
export const addBrick = (name: string, replica: number, bricks: readonly Brick[]): Argv => [
  'volume',
  'add-brick',
  name,
  ...bricksOf(replica, bricks),
];

/** `replica` is the number of copies afterwards. `force`: the other copies have it all. */
export const removeBrick = (name: string, replica: number, bricks: readonly Brick[]): Argv => [
  'volume',
  'remove-brick',
  name,
  ...bricksOf(replica, bricks),
];

export const healSummary = (name: string): Argv => ['volume', 'heal', name, 'info', 'summary'];

/** Scripts are asked nothing; `--timeout` is gluster's own deadline in seconds. */
export const gluster = (argv: Argv, seconds: number): Argv => [
  'gluster',
  '--mode=script',
  '--xml',
  `--timeout=${seconds}`,
  ...argv,
];

/** Prints prose whatever is asked for: "glusterfs 10.3" and more lines. */
export const versionCommand: Argv = ['gluster', '--version'];
