import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cachingView, configurationJsonSchema, configurationYaml } from '@krillmanager/core';
import { templateRenderer } from '@krillmanager/host';
import { readGivenFiles } from '../configuration/given-files.ts';
import {
  type ConfigurationOptions,
  noConfiguration,
  readConfiguration,
} from '../configuration/read-configuration.ts';
import { surroundings } from '../configuration/surroundings.ts';

interface ConfigOptions extends ConfigurationOptions {
  readonly json?: boolean;
}

/** What flags, environment, file and defaults come to. */
export async function configShow(options: ConfigOptions): Promise<number> {
  const found = await read(options);
  process.stdout.write(
    options.json === true ? `${JSON.stringify(found)}\n` : configurationYaml(found),
  );
  return 0;
}

/** Checks the file and the files it names; changes nothing. */
export async function configCheck(options: ConfigOptions): Promise<number> {
  const configuration = await read(options);
  await readGivenFiles(configuration);
  process.stdout.write(
    options.json === true ? '{"valid":true}\n' : 'The configuration is valid.\n',
  );
  return 0;
}

/** NGINX as a cache before another publication server, on a server of its own. */
export async function configNginx(options: ConfigOptions): Promise<number> {
  const view = cachingView(await read(options));
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

async function read(options: ConfigOptions) {
  const configuration = await readConfiguration(options, surroundings());
  if (configuration === null) throw noConfiguration();
  return configuration;
}
