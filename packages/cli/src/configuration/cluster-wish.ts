import type { Machine } from '@krillmanager/agent';
import {
  type ClusterSettings,
  type Ip,
  onVolume,
  type Secret,
  type ServiceSettings,
  serviceSettings,
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

/** What the configuration asks for; without one, a formed cluster stays as it is. */
export async function clusterWish(
  options: ConfigurationOptions,
  machine: Machine,
  present: ClusterSettings | null,
): Promise<ClusterWish> {
  const configuration = await readConfiguration(options, {
    ...surroundings(),
    formed: present !== null,
  });
  if (configuration === null) {
    if (present === null) throw noConfiguration();
    const tls = options.private === true ? ({ mode: 'private' } as const) : present.tls;
    return {
      services: { ...servicesOf(present), tls },
      given: {},
      restarts: present.restarts,
      nodes: null,
    };
  }
  if (configuration.publication.mode === 'caching') throw noClusterCaches();
  const given = await readGivenFiles(configuration);
  const other = given.adminToken !== undefined && (await isOther(given.adminToken, machine));
  // Krill reads its token at its start only.
  const restarts =
    other && present ? withRestarted(present, ['krill']).restarts : present?.restarts;
  const services = serviceSettings(configuration);
  return { services, given, restarts, nodes: configuration.nodes ?? null };
}

const noClusterCaches = (): UserError =>
  new UserError('publication.mode is caching, which is for one server without a cluster', {
    hint: 'print its NGINX configuration with "krillmanager config nginx" (docs/caching.md), or set publication.mode: files',
    exitCode: 2,
  });

function servicesOf(present: ClusterSettings): ServiceSettings {
  const {
    release: _release,
    nodes: _nodes,
    stopped: _stopped,
    restarts: _restarts,
    ...rest
  } = present;
  // What an earlier release did not know is as usual.
  return { ...usualSettings, ...rest };
}

async function isOther(token: Secret, { files }: Machine): Promise<boolean> {
  const inUse = await files.read(onVolume.krillToken).catch(() => null);
  return inUse !== null && inUse.trim() !== token.reveal();
}
