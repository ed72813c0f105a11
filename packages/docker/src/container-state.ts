import { type ContainerState, ownerLabel, specHashLabel } from '@krillmanager/core';
import type { ContainerInspectInfo } from 'dockerode';

const healths = ['healthy', 'unhealthy', 'starting'] as const;

/** Docker says 0001-01-01T00:00:00Z of what has not happened. */
const milliseconds = (time: string): number => Math.max(0, Date.parse(time) || 0);

const illnessMaxChars = 300;

function illnessOf(health: ContainerInspectInfo['State']['Health']): string | null {
  if (health?.Status !== 'unhealthy') return null;
  const said = health.Log.at(-1)?.Output.trim().replace(/\s+/g, ' ') ?? '';
  return said === '' ? null : said.slice(0, illnessMaxChars);
}

export const containerState = (inspected: ContainerInspectInfo): ContainerState => ({
  name: inspected.Config.Labels[ownerLabel] ?? '',
  id: inspected.Id,
  specHash: inspected.Config.Labels[specHashLabel] ?? null,
  // One that waits for its next restart is "running" to Docker.
  running: inspected.State.Running && !inspected.State.Restarting,
  health: healths.find((health) => health === inspected.State.Health?.Status) ?? 'none',
  illness: illnessOf(inspected.State.Health),
  startedAtMs: milliseconds(inspected.State.StartedAt),
  restarts: inspected.RestartCount,
});
