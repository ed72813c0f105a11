import { UserError } from '@krillmanager/core';
import { asRoot } from '@krillmanager/host';
import { initMaster } from '../init/init-master.ts';
import { initSlave, parseMaster } from '../init/init-slave.ts';
import { parseSlaveIps } from '../init/parse-nodes.ts';
import { parseSeconds } from '../init/parse-seconds.ts';

export interface InitOptions {
  readonly slaveIps?: string;
  readonly slave?: string;
  readonly config?: string;
  readonly private?: boolean;
  readonly advertise?: string;
  readonly master?: string;
  readonly joinSecretFile?: string;
  readonly wait?: string;
  readonly waitSlaves?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly yes?: boolean;
  /** False with --no-input. */
  readonly input?: boolean;
}

/** `init` on a slave when --slave is given, else on the master. */
export function initCommand(options: InitOptions): Promise<number> {
  const init = options.slave === undefined ? initMaster : initSlave;
  checkUsage(options);
  asRoot('krillmanager init');
  return init(options);
}

const ofSlaves = ['master', 'wait'] as const;
const ofMasters = ['slaveIps', 'private', 'advertise', 'waitSlaves', 'config'] as const;

/** Before anything is looked at, and whoever asks. @throws UserError (usage) */
function checkUsage(options: InitOptions): void {
  const { slave } = options;
  if (slave !== undefined && slave !== '1') {
    throw usage(`--slave=${slave} has no meaning`, 'write --slave=1');
  }
  if (slave === undefined) refuse(options, ofSlaves, 'slaves', 'krillmanager init --slave=1');
  else refuse(options, ofMasters, 'the master', 'there: krillmanager init');
  const { master, wait, waitSlaves, slaveIps } = options;
  if (master !== undefined) parseMaster(master);
  if (wait !== undefined) parseSeconds('--wait', wait);
  if (waitSlaves !== undefined) parseSeconds('--wait-slaves', waitSlaves);
  if (slaveIps !== undefined) parseSlaveIps(slaveIps, []);
}

function refuse(
  options: InitOptions,
  foreign: readonly (keyof InitOptions)[],
  whose: string,
  instead: string,
): void {
  const given = foreign.filter((name) => options[name] !== undefined);
  if (given.length === 0) return;
  const verb = given.length === 1 ? 'is' : 'are';
  const words = given.map(
    (name) => flag(name) + (options[name] === true ? '' : `=${options[name]}`),
  );
  throw usage(
    `${given.map(flag).join(', ')} ${verb} for ${whose}`,
    `${instead} ${words.join(' ')}`,
  );
}

/** e.g. --wait-slaves. */
const flag = (name: string): string =>
  `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const usage = (message: string, hint: string): UserError =>
  new UserError(message, { hint, exitCode: 2 });
