import type { Desired } from '../model/desired.ts';
import type { Observed } from '../model/observed.ts';
import type { ClusterRecord } from '../model/settings.ts';
import { krillSpec } from '../services/krill.ts';
import { specHash } from '../services/spec-hash.ts';
import type { Step } from './step.ts';

const untouched = { state: 'absent', permit: false, prepared: false, token: null } as const;

/** One Krill: its place on the volume, its one initialisation, its service. */
export function planKrill(
  observed: Observed,
  { release, settings, adminToken }: Desired,
  cluster: ClusterRecord,
): readonly Step[] {
  const steps: Step[] = [];
  const found = observed.contents?.krill ?? untouched;
  const service = observed.services.find(({ name }) => name === 'krill');
  if (settings.stopped) return service ? [{ kind: 'service.remove', name: 'krill' }] : [];
  const spec = krillSpec(release, cluster.id, settings);
  if (!found.prepared) steps.push({ kind: 'krill.prepare', cluster });
  if (adminToken && found.token && adminToken.reveal() !== found.token.reveal()) {
    steps.push({ kind: 'krill.token' });
  }
  if (found.state === 'absent' && !found.permit) steps.push({ kind: 'krill.permit' });
  if (service?.specHash !== specHash(spec)) steps.push({ kind: 'service.apply', spec });
  if (found.state !== 'initialised' || steps.length > 0 || service?.running !== 1) {
    steps.push({ kind: 'krill.await', mode: settings.krill.mode });
  }
  return steps;
}
