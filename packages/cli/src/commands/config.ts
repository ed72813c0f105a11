import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openMachine } from '@krillmanager/agent';
import {
  allOrFaults,
  type ClusterSettings,
  type Configuration,
  cachingView,
  configurationJsonSchema,
  configurationYaml,
  storageSettings,
} from '@krillmanager/core';
import { templateRenderer } from '@krillmanager/host';
import { readGivenFiles } from '../configuration/given-files.ts';
import { presentSettings } from '../configuration/present-settings.ts';
import {
  type ConfigurationOptions,
  type FoundConfiguration,
  noConfiguration,
  readConfiguration,
} from '../configuration/read-configuration.ts';
import { surroundings } from '../configuration/surroundings.ts';
import { requireOneFamily, requireQuorum } from '../init/parse-nodes.ts';

interface ConfigOptions extends ConfigurationOptions {
  readonly json?: boolean;
}

/** What flags, environment, file and defaults come to; without a file, what a cluster has. */
export async function configShow(options: ConfigOptions): Promise<number> {
  const { configuration } = await read(options);
  process.stdout.write(
    options.json === true ? `${JSON.stringify(configuration)}\n` : configurationYaml(configuration),
  );
  return 0;
}

/** Checks the file and the files it names; changes nothing. */
export async function configCheck(options: ConfigOptions): Promise<number> {
  const { configuration } = await read(options);
  await allOrFaults<unknown>([
    (async () => checkNodes(configuration))(),
    readGivenFiles(configuration),
  ]);
  process.stdout.write(
    options.json === true ? '{"valid":true}\n' : 'The configuration is valid.\n',
  );
  return 0;
}

/** As `init` does, which may be told another list. */
function checkNodes({ nodes, storage, publication }: Configuration): void {
  if (nodes === undefined || publication.mode === 'caching') return;
  requireOneFamily(nodes);
  requireQuorum(nodes, storageSettings(storage));
}

/** NGINX as a cache before another publication server, on a server of its own. */
export async function configNginx(options: ConfigOptions): Promise<number> {
  const view = cachingView((await read(options)).configuration);
  process.stdout.write(templateRenderer(await ownTemplates())('nginx-caching.conf', view));
  return 0;
}

/** Beside the executable, also of a release that was only unpacked: a cache needs nothing else of it. */
const ownTemplates = async (): Promise<string> =>
  join(dirname(await realpath(process.execPath)), 'templates');

/** JSON Schema of the file, for editors. */
export async function configSchema(): Promise<number> {
  process.stdout.write(`${JSON.stringify(configurationJsonSchema(), null, 2)}\n`);
  return 0;
}

async function read(options: ConfigOptions): Promise<FoundConfiguration> {
  const found = await readConfiguration(options, { ...surroundings(), present: presentHere });
  if (found === null) throw noConfiguration();
  return found;
}

/** What this server knows of its cluster is root's. */
const presentHere = async (): Promise<ClusterSettings | null> =>
  process.getuid?.() === 0 ? (await presentSettings(openMachine())).settings : null;
