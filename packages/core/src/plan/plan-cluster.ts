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
  desired: Desired,
  cluster: ClusterRecord,
): readonly Step[] {
  const { settings } = desired;
  const steps: Step[] = [];
  if (contents?.cluster == null) steps.push({ kind: 'cluster.found', cluster });
  // Before the settings: that the old ones say `own` must be seen until ours has taken its place.
  steps.push(...planCertificate(contents, desired, nowMs));
  if (canonicalJson(contents?.settings ?? null) !== canonicalJson(settings)) {
    steps.push({ kind: 'settings.publish', settings });
  }
  return steps;
}

function planCertificate(
  contents: Observed['contents'],
  { settings, certificate: given }: Desired,
  nowMs: number,
): readonly Step[] {
  const certificate = contents?.certificate ?? null;
  if (settings.tls.mode === 'own') {
    const same = given === undefined || certificate?.pem === given.certificate;
    return same ? [] : [{ kind: 'certificate.copy', names: given.names }];
  }
  const names = [...new Set(Object.values(settings.domains))].sort();
  const ours = certificate !== null && contents?.settings?.tls.mode !== 'own';
  const fits = ours && names.every((name) => certificate.names.includes(name));
  const lasts = fits && certificate.notAfterMs - nowMs >= renewBeforeDays * dayMs;
  return lasts ? [] : [{ kind: 'certificate.issue', names }];
}
