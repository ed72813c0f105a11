import { readFile } from 'node:fs/promises';
import {
  type Configuration,
  type ConfigurationSources,
  parseConfiguration,
  paths,
  UserError,
} from '@krillmanager/core';
import { errorCode } from '@krillmanager/host';
import { smallestConfiguration } from './smallest-configuration.ts';

export interface ConfigurationOptions {
  readonly config?: string;
  readonly private?: boolean;
}

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `hostname -f`. */
  readonly hostName: () => Promise<string>;
  /** There is a cluster already: without a file, its settings are what counts. */
  readonly formed?: boolean;
}

/**
 * Flags, environment, file, defaults. Without a file: one domain, this server's own name.
 * @returns null when there is no file, and nothing else asks for a configuration
 * @throws UserError for a file that was named and is not there, and for one that is not valid
 */
export async function readConfiguration(
  options: ConfigurationOptions,
  { environment, hostName, formed = false }: Surroundings,
): Promise<Configuration | null> {
  const name = options.config ?? paths.configuration;
  const text = await read(name);
  const flags = options.private === true ? [privateFlag] : [];
  if (text !== null) return parseConfiguration({ file: { name, text }, environment, flags });
  if (options.config !== undefined) throw noConfiguration(name);
  if (formed) return null;
  if (flags.length === 0 && environment['KRILLMANAGER_TLS_MODE'] === undefined) return null;
  return parseConfiguration({
    file: null,
    environment,
    flags,
    defaults: { domains: await hostName() },
  });
}

const privateFlag: NonNullable<ConfigurationSources['flags']>[number] = {
  path: ['tls'],
  value: { mode: 'private' },
  from: '--private',
};

/** Exit 2, with the smallest valid file. */
export const noConfiguration = (name: string = paths.configuration): UserError =>
  new UserError(`there is no configuration ${name}`, {
    hint: [
      'write it; the smallest that is valid:',
      '',
      ...smallestConfiguration.trimEnd().split('\n'),
      '',
      "or give --private, for this server's own name and certificates of the cluster's own",
    ].join('\n  '),
    exitCode: 2,
  });

async function read(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = errorCode(cause);
    if (code === 'ENOENT') return null;
    throw new UserError(`cannot read the configuration ${file}: ${code}`, {
      hint: 'give root the right to read it',
      cause,
      exitCode: 2,
    });
  }
}
