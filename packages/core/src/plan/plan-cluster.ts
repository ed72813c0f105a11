import type { Desired } from '../model/desired.ts';
import type { Observed } from '../model/observed.ts';
import type { ClusterRecord } from '../model/settings.ts';
import { renewBeforeDays } from '../policy.ts';
import { canonicalJson } from '../services/spec-hash.ts';
import type { Step } from './step.ts';

const dayMs = 86_400_000;

/** What the volume says of the cluster: its sentinel, its settings, its certificate. */
export function planCluster(
  { contents, nowMs }: Observed,
  { settings }: Desired,
  cluster: ClusterRecord,
): readonly Step[] {
  const steps: Step[] = [];
  if (contents?.cluster == null) steps.push({ kind: 'cluster.found', cluster });
  if (canonicalJson(contents?.settings ?? null) !== canonicalJson(settings)) {
    steps.push({ kind: 'settings.publish', settings });
  }
  const names = [...new Set(Object.values(settings.domains))].sort();
  const certificate = contents?.certificate ?? null;
  const fits = certificate !== null && names.every((name) => certificate.names.includes(name));
  if (!fits || certificate.notAfterMs - nowMs < renewBeforeDays * dayMs) {
    steps.push({ kind: 'certificate.issue', names });
  }
  return steps;
}
