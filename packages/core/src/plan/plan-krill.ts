import type { Desired } from '../model/desired.ts';
import type { KrillRefusal } from '../model/krill-refusal.ts';
import type { Observed } from '../model/observed.ts';
import type { ClusterRecord } from '../model/settings.ts';
import { krillSpec } from '../services/krill.ts';
import { specHash } from '../services/spec-hash.ts';
import type { Step } from './step.ts';

const refusals = ({ status }: Observed): readonly KrillRefusal[] =>
  [...status.values()].flatMap(({ krillRefusal }) => krillRefusal ?? []);

const isRefused = (observed: Observed): boolean => refusals(observed).length > 0;

/** Its initialisation has died: one that is still under way has no supervisor that refuses it. */
const isDead = (observed: Observed): boolean =>
  observed.contents?.krill.state === 'initialising' &&
  refusals(observed).some(({ startOver }) => startOver);

const untouched = { state: 'absent', permit: false, prepared: false, token: null } as const;

/** One Krill: its place on the volume, its one initialisation, its service. */
export function planKrill(
  observed: Observed,
  { release, settings, adminToken }: Desired,
  cluster: ClusterRecord,
): readonly Step[] {
  const steps: Step[] = [];
  const present = observed.contents?.krill ?? untouched;
  const running = observed.services.find(({ name }) => name === 'krill');
  const remove = running ? [{ kind: 'service.remove', name: 'krill' } as const] : [];
  if (settings.stopped) return remove;
  const anew = isDead(observed);
  if (anew) steps.push(...remove, { kind: 'krill.startOver', destructive: true });
  const found = anew ? { ...untouched, token: present.token } : present;
  const service = anew ? undefined : running;
  const spec = krillSpec(release, cluster.id, settings);
  if (!found.prepared) steps.push({ kind: 'krill.prepare', cluster });
  if (adminToken && found.token && adminToken.reveal() !== found.token.reveal()) {
    steps.push({ kind: 'krill.token' });
  }
  if (found.state === 'absent' && !found.permit) steps.push({ kind: 'krill.permit' });
  if (service?.specHash !== specHash(spec)) steps.push({ kind: 'service.apply', spec });
  const well = found.state === 'initialised' && service?.running === 1 && !isRefused(observed);
  if (!well || steps.length > 0) {
    steps.push({ kind: 'krill.await', mode: settings.krill.mode });
  }
  return steps;
}
