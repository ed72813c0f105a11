import { readFile } from 'node:fs/promises';
import {
  type ClusterSettings,
  type Configuration,
  type ConfigurationSources,
  type Ip,
  parseConfiguration,
  paths,
  settingsDocument,
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
  /** What was applied, when there is a cluster already: without a file, that is what counts. */
  readonly present?: () => Promise<ClusterSettings | null>;
  /** All nodes, when --slave-ips says which. */
  readonly nodes?: readonly Ip[];
}

export interface FoundConfiguration {
  readonly configuration: Configuration;
  /** False: it is what a cluster has, or what a server's own name comes to. */
  readonly fromFile: boolean;
}

/**
 * Flags, environment, file, defaults. Without a file: what the cluster has; else one domain, this
 * server's own name.
 * @returns null when there is no file, and nothing else asks for a configuration
 * @throws UserError for a file that was named and is not there, and for one that is not valid
 */
export async function readConfiguration(
  options: ConfigurationOptions,
  surroundings: Surroundings,
): Promise<FoundConfiguration | null> {
  const { environment, present = async () => null } = surroundings;
  const name = options.config ?? paths.configuration;
  const text = await read(name);
  const flags = flagsOf(options, surroundings);
  if (text !== null) {
    const file = { name, text };
    return { configuration: parseConfiguration({ file, environment, flags }), fromFile: true };
  }
  if (options.config !== undefined) throw noConfiguration(name);
  const defaults = await defaultsOf(options, surroundings, await present());
  if (defaults === null) return null;
  const sources = { file: null, environment, flags, defaults };
  return { configuration: parseConfiguration(sources), fromFile: false };
}

async function defaultsOf(
  options: ConfigurationOptions,
  { environment, hostName }: Surroundings,
  present: ClusterSettings | null,
): Promise<Readonly<Record<string, unknown>> | null> {
  if (present !== null) return settingsDocument(present);
  if (options.private !== true && environment['KRILLMANAGER_TLS_MODE'] === undefined) return null;
  return namesAllDomains(environment) ? {} : { domains: await ownName(hostName) };
}

const namesAllDomains = (environment: Surroundings['environment']): boolean =>
  [[''], ['_KRILL', '_RRDP', '_RSYNC']].some((names) =>
    names.every((name) => environment[`KRILLMANAGER_DOMAINS${name}`] !== undefined),
  );

/** What Krill publishes names it for good, so it has to be a name that others can look up. */
async function ownName(hostName: () => Promise<string>): Promise<string> {
  const name = await hostName().catch(() => '');
  if (/^(?!localhost\b)[^.]+\../.test(name)) return name;
  const said = name === '' ? 'has no answer' : `is "${name}"`;
  throw new UserError(`\`hostname -f\` ${said}, which is no name for the world`, {
    hint: `write ${paths.configuration}; ${smallestOne}`,
    exitCode: 2,
  });
}

type Flags = NonNullable<ConfigurationSources['flags']>;

const flagsOf = (options: ConfigurationOptions, { nodes }: Surroundings): Flags => [
  ...(options.private === true
    ? [{ path: ['tls'], value: { mode: 'private' }, from: '--private' }]
    : []),
  ...(nodes === undefined ? [] : [{ path: ['nodes'], value: nodes, from: '--slave-ips' }]),
];

const smallestOne = [
  'the smallest that is valid:',
  '',
  ...smallestConfiguration.trimEnd().split('\n'),
].join('\n  ');

/** Exit 2, with the smallest valid file. */
export const noConfiguration = (name: string = paths.configuration): UserError =>
  new UserError(`there is no configuration ${name}`, {
    hint: [
      `write it; ${smallestOne}`,
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
    if (code === 'EISDIR') {
      throw new UserError(`the configuration ${file} is a directory`, {
        hint: `name the file itself: --config=${file.replace(/\/*$/, '')}/krillmanager.yaml`,
        exitCode: 2,
      });
    }
    throw new UserError(`cannot read the configuration ${file}: ${code}`, {
      hint: 'give root the right to read it',
      cause,
      exitCode: 2,
    });
  }
}
