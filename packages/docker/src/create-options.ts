import { type ContainerSpec, ownerLabel, specHash, specHashLabel } from '@krillmanager/core';
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { healthConfig } from './health-config.ts';
import { mountSettings } from './mount-settings.ts';
import { logMaxFiles, logMaxSize } from './policy.ts';

/** On a container whose ports another one may share. */
export const handoverLabel = 'net.krillmanager.hands-over';

export const containerName = (part: string): string => `krillmanager-${part}`;

const environment = (env: Readonly<Record<string, string>>): string[] =>
  Object.entries(env).map(([name, value]) => `${name}=${value}`);

const hostConfig = (spec: ContainerSpec): HostConfig => ({
  // Our programs are no init: something has to pass signals on and to bury orphans.
  Init: true,
  NetworkMode: 'host',
  ReadonlyRootfs: true,
  CapDrop: ['ALL'],
  CapAdd: [...spec.capabilities],
  SecurityOpt: ['no-new-privileges'],
  Mounts: mountSettings(spec.mounts),
  Memory: spec.memoryBytes,
  // Equal to Memory: no swap. A publication server that swaps is late, one that is killed restarts.
  MemorySwap: spec.memoryBytes,
  PidsLimit: spec.pids,
  Ulimits: [{ Name: 'nofile', Soft: spec.nofile, Hard: spec.nofile }],
  LogConfig: { Type: 'json-file', Config: { 'max-size': logMaxSize, 'max-file': logMaxFiles } },
});

const program = (spec: ContainerSpec): ContainerCreateOptions => ({
  Image: spec.image,
  ...(spec.argv.length > 0 && { Entrypoint: [...spec.argv], Cmd: [] }),
  ...(spec.directory !== undefined && { WorkingDir: spec.directory }),
  Env: environment(spec.env),
  ...(spec.user !== null && { User: spec.user }),
  StopSignal: spec.stopSignal,
  StopTimeout: spec.stopGraceSeconds,
  Healthcheck: healthConfig(spec.health),
});

/** A part of the serving stack, which dockerd keeps up by itself. */
export const lastingOptions = (spec: ContainerSpec, name: string): ContainerCreateOptions => ({
  ...program(spec),
  name,
  Labels: {
    [ownerLabel]: spec.name,
    [specHashLabel]: specHash(spec),
    ...(spec.handsOver && { [handoverLabel]: 'yes' }),
  },
  HostConfig: { ...hostConfig(spec), RestartPolicy: { Name: 'unless-stopped' } },
});

/** Runs once and is gone. Without our labels: it is no part of the serving stack. */
export const onceOptions = (spec: ContainerSpec, stdin: boolean): ContainerCreateOptions => ({
  ...program(spec),
  AttachStdin: stdin,
  OpenStdin: stdin,
  StdinOnce: stdin,
  AttachStdout: true,
  AttachStderr: true,
  HostConfig: { ...hostConfig(spec), AutoRemove: true, RestartPolicy: { Name: 'no' } },
});
