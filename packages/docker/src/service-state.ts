import { ownerLabel, type ServiceState, specHashLabel } from '@krillmanager/core';
import type { ServiceSpec } from 'dockerode';

/** What we read of a task object of Docker's API. */
export interface TaskObject {
  readonly ServiceID: string;
  readonly NodeID?: string;
  readonly DesiredState: string;
  readonly Spec?: {
    readonly ContainerSpec?: { readonly Labels?: Readonly<Record<string, string>> | null };
  };
  readonly Status: {
    readonly State: string;
    readonly Timestamp: string;
    readonly Err?: string;
  };
}

/** What we read of a service object. */
export interface ServiceObject {
  readonly ID: string;
  readonly Spec?: Pick<ServiceSpec, 'Labels' | 'Mode'> | undefined;
}

const newestFirst = (a: TaskObject, b: TaskObject): number =>
  Date.parse(b.Status.Timestamp) - Date.parse(a.Status.Timestamp);

/**
 * Of what the service is to run now: a task of its last specification does not count, nor one on
 * a node that is down, which stays "running" for ever and is not wanted any more.
 */
const runs =
  (hash: string | undefined) =>
  ({ DesiredState, Status, Spec }: TaskObject): boolean =>
    DesiredState === 'running' &&
    Status.State === 'running' &&
    Spec?.ContainerSpec?.Labels?.[specHashLabel] === hash;

export function serviceState(service: ServiceObject, tasks: readonly TaskObject[]): ServiceState {
  const { Labels = {}, Mode } = service.Spec ?? {};
  const own = tasks.filter(({ ServiceID }) => ServiceID === service.ID).sort(newestFirst);
  const running = own.filter(runs(Labels[specHashLabel]));
  const failed = own.find(({ Status }) => Status.Err);
  return {
    name: Labels[ownerLabel] ?? '',
    specHash: Labels[specHashLabel] ?? null,
    desired: Mode?.Replicated?.Replicas ?? 0,
    running: running.length,
    nodeId: running[0]?.NodeID ?? null,
    lastError: running.length > 0 ? null : (failed?.Status.Err ?? null),
  };
}
