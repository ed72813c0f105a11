import type { Desired } from '../model/desired.ts';
import type { Observed } from '../model/observed.ts';
import { UserError } from '../model/user-error.ts';
import { canonicalJson } from '../services/spec-hash.ts';
import { planKrill } from './plan-krill.ts';
import { planServing } from './plan-serving.ts';
import type { Plan, Step } from './step.ts';

/**
 * What `start`, `stop` and `restart` do: the services of the cluster as it is, and nothing else.
 * @throws UserError for a volume that cannot be read: an empty plan would look like success
 */
export function planRunning(observed: Observed, desired: Desired): Plan {
  const { contents } = observed;
  const { settings } = desired;
  if (contents === null) throw unreadable('the volume cannot be read here');
  if (contents.cluster === null) throw unreadable('the volume does not say whose it is');
  const publish: readonly Step[] =
    canonicalJson(contents.settings) === canonicalJson(settings)
      ? []
      : [{ kind: 'settings.publish', settings }];
  const krill = planKrill(observed, desired, contents.cluster);
  const serving = planServing(observed, desired);
  return { version: 1, steps: [...publish, ...krill, ...serving] };
}

const unreadable = (message: string): UserError =>
  new UserError(message, { hint: 'see "krillmanager status", then run the command again' });
