import { ownerLabel, type SingletonSpec, specHash, specHashLabel } from '@krillmanager/core';
import type { ContainerTaskSpec, ServiceSpec, ContainerSpec as TaskContainer } from 'dockerode';
import { containerName } from './create-options.ts';
import { healthConfig, nanoseconds } from './health-config.ts';
import { mountSettings } from './mount-settings.ts';
import { logMaxFiles, logMaxSize } from './policy.ts';

const container = (spec: SingletonSpec): TaskContainer => ({
  Image: spec.image,
  // Tells a task of this specification from one of the last, which runs on for a moment.
  Labels: { [specHashLabel]: specHash(spec) },
  ...(spec.argv.length > 0 && { Command: [...spec.argv] }),
  Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
  ...(spec.user !== null && { User: spec.user }),
  Init: true,
  ReadOnly: true,
  CapabilityDrop: ['ALL'],
  CapabilityAdd: [...spec.capabilities],
  Ulimits: [{ Name: 'nofile', Soft: spec.nofile, Hard: spec.nofile }],
  Mounts: mountSettings(spec.mounts),
  StopSignal: spec.stopSignal,
  StopGracePeriod: nanoseconds(spec.stopGraceSeconds),
  HealthCheck: healthConfig(spec.health),
});

const constraints = (labels: Readonly<Record<string, string>>): string[] =>
  Object.entries(labels).map(([name, value]) => `node.labels.${name}==${value}`);

const task = (spec: SingletonSpec): ContainerTaskSpec => ({
  ContainerSpec: container(spec),
  Resources: { Limits: { MemoryBytes: spec.memoryBytes, Pids: spec.pids } },
  // No limit of attempts: Swarm must never give up on Krill.
  RestartPolicy: { Condition: 'any', Delay: nanoseconds(spec.restartDelaySeconds) },
  Placement: { Constraints: constraints(spec.requireLabels) },
  Networks: [{ Target: 'host' }],
  LogDriver: { Name: 'json-file', Options: { 'max-size': logMaxSize, 'max-file': logMaxFiles } },
});

/**
 * The owner's label is the service's and not its containers', so that the serving stack, which is
 * found by that label, never counts a singleton as one of its own.
 */
export const serviceSpec = (spec: SingletonSpec): ServiceSpec => ({
  Name: containerName(spec.name),
  Labels: { [ownerLabel]: spec.name, [specHashLabel]: specHash(spec) },
  TaskTemplate: task(spec),
  Mode: { Replicated: { Replicas: 1 } },
  // On the host's network the new one finds its ports taken until the old one has gone.
  UpdateConfig: { Parallelism: 1, Order: 'stop-first', FailureAction: 'continue' },
});
