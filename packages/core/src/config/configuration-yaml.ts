import { stringify } from 'yaml';
import type { Configuration } from './schema.ts';

/** All keys with the values they come to, as a file that could be read again. */
export const configurationYaml = (configuration: Configuration): string => stringify(configuration);
