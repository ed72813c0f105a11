import type { Desired } from '../model/desired.ts';
import type { Observed } from '../model/observed.ts';
import { canonicalJson } from '../services/spec-hash.ts';
import { planKrill } from './plan-krill.ts';
import { planServing } from './plan-serving.ts';
import type { Plan, Step } from './step.ts';

/** What `start`, `stop` and `restart` do: the services of the cluster as it is, and nothing else. */
export function planRunning(observed: Observed, desired: Desired): Plan {
  const { contents } = observed;
  const { settings } = desired;
  if (contents?.cluster == null) return { version: 1, steps: [] };
  const publish: readonly Step[] =
    canonicalJson(contents.settings) === canonicalJson(settings)
      ? []
      : [{ kind: 'settings.publish', settings }];
  const krill = planKrill(observed, desired, contents.cluster);
  const serving = planServing(observed, desired);
  return { version: 1, steps: [...publish, ...krill, ...serving] };
}
