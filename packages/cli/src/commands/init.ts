import { UserError } from '@krillmanager/core';
import { initMaster } from '../init/init-master.ts';
import { initSlave } from '../init/init-slave.ts';
import { asRoot } from './as-root.ts';

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
  asRoot('krillmanager init');
  if (options.slave === undefined) {
    for (const name of ['master', 'wait'] as const) {
      if (options[name] === undefined) continue;
      throw usage(
        `--${name} is for slaves`,
        `krillmanager init --slave=1 --${name}=${options[name]}`,
      );
    }
    return initMaster(options);
  }
  if (options.slaveIps !== undefined) {
    throw usage('--slave and --slave-ips exclude each other', 'the master gets the list');
  }
  if (options.slave !== '1') {
    throw usage(`--slave=${options.slave} has no meaning`, 'write --slave=1');
  }
  return initSlave(options);
}

const usage = (message: string, hint: string): UserError =>
  new UserError(message, { hint, exitCode: 2 });
