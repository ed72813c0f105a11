import type { Machine } from '@krillmanager/agent';
import {
  type ClusterSettings,
  type Configuration,
  canonicalJson,
  type Ip,
  onVolume,
  type Secret,
  type ServiceSettings,
  serviceSettings,
  tlsDocument,
  UserError,
  usualSettings,
  withRestarted,
} from '@krillmanager/core';
import { type GivenFiles, readGivenFiles } from './given-files.ts';
import {
  type ConfigurationOptions,
  noConfiguration,
  readConfiguration,
} from './read-configuration.ts';
import { surroundings } from './surroundings.ts';

export interface ClusterWish {
  readonly services: ServiceSettings;
  readonly given: GivenFiles;
  readonly restarts: ClusterSettings['restarts'];
  /** Null: the configuration does not say. */
  readonly nodes: readonly Ip[] | null;
}

/**
 * What the configuration asks for; without a file, a formed cluster stays as it is, but for what the
 * environment and the command line say.
 * @param listed all nodes, when the command line says which
 */
export async function clusterWish(
  options: ConfigurationOptions,
  machine: Pick<Machine, 'files'>,
  present: ClusterSettings | null,
  listed: readonly Ip[] | null,
): Promise<ClusterWish> {
  const found = await readConfiguration(options, {
    ...surroundings(),
    present: async () => present && { ...present, ...servicesOf(present) },
    ...(listed && { nodes: listed }),
  });
  if (found === null) throw noConfiguration();
  const { configuration, fromFile } = found;
  if (configuration.publication.mode === 'caching') throw noClusterCaches();
  const services = serviceSettings(configuration);
  // The pair lies on the volume; its files may lie on another node.
  const kept = !fromFile && present !== null && hasTls(configuration, present);
  const given = await readGivenFiles(configuration, { pair: !kept });
  const other = given.adminToken !== undefined && (await isOther(given.adminToken, machine));
  // Krill reads its token at its start only.
  const restarts =
    other && present ? withRestarted(present, ['krill']).restarts : present?.restarts;
  return {
    services: kept ? { ...services, tls: present.tls } : services,
    ...{ given, restarts, nodes: configuration.nodes ?? null },
  };
}

const hasTls = ({ tls }: Configuration, present: ClusterSettings): boolean =>
  canonicalJson(tls) === canonicalJson(tlsDocument(present.tls));

const noClusterCaches = (): UserError =>
  new UserError('publication.mode is caching, which is for one server without a cluster', {
    hint: 'print its NGINX configuration with "krillmanager config nginx" (docs/caching.md), or set publication.mode: files',
    exitCode: 2,
  });

/** What is known of the services, with what an earlier release did not know as usual. */
export function servicesOf(present: ClusterSettings): ServiceSettings {
  const {
    release: _release,
    nodes: _nodes,
    stopped: _stopped,
    restarts: _restarts,
    ...rest
  } = present;
  return { ...usualSettings, ...rest };
}

async function isOther(token: Secret, { files }: Pick<Machine, 'files'>): Promise<boolean> {
  const inUse = await files.read(onVolume.krillToken).catch(() => null);
  return inUse !== null && inUse.trim() !== token.reveal();
}
