import { readFile } from 'node:fs/promises';
import { parseConfiguration, paths, type ServiceSettings, UserError } from '@krillmanager/core';
import { smallestConfiguration } from './default-configuration.ts';

/** @throws UserError that shows the smallest valid file when there is none. */
export async function readConfiguration(
  file: string = paths.configuration,
): Promise<ServiceSettings> {
  return parseConfiguration(await read(file), file);
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new UserError(`cannot read the configuration ${file}`, {
      hint: `write it; the smallest that is valid:\n\n${smallestConfiguration}`,
      cause,
      exitCode: 2,
    });
  }
}
