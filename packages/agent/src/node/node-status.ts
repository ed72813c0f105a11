import {
  type ContainerSpec,
  describeHeldUpdate,
  type HeldUpdate,
  type Ip,
  type KrillRefusal,
  type NodeStatus,
  type PartStatus,
  type StorageHealth,
  type SwarmMembership,
  type SwarmStanding,
  specHash,
} from '@krillmanager/core';
import { isStack, ownAddress } from './next-action.ts';
import type { ServedContent } from './served-content.ts';
import type { View } from './view.ts';

export interface StatusSources {
  readonly release: string;
  readonly view: View;
  readonly storage: StorageHealth;
  readonly copies?: readonly string[] | undefined;
  readonly content: ServedContent;
  readonly krillAnswers: boolean;
  readonly held: HeldUpdate | null;
  readonly krillRefusal: KrillRefusal | null;
  readonly doing: string;
  /** What others of the agent's parts have found. */
  readonly problems?: readonly string[];
}

/** What the agent tells the world of its node. */
export function nodeStatus(sources: StatusSources): NodeStatus {
  const { release, view, storage, copies, content } = sources;
  const { krillAnswers, krillRefusal, held, doing } = sources;
  const { memory } = view;
  const parts = partsOf(view, krillAnswers);
  const problems = [...problemsOf(sources), ...(sources.problems ?? [])];
  const wanted = memory.serving?.spec.containers ?? [];
  const stopped = memory.settings?.stopped === true;
  const healthy = stopped
    ? parts.every(({ name }) => !isStack(name))
    : wanted.length > 0 && wanted.every((spec) => runsAs(spec, view)) && isReady(sources);
  return {
    ip: selfOf(view),
    release,
    cluster: memory.cluster,
    nodes: memory.settings?.nodes ?? [],
    domains: memory.settings?.domains ?? null,
    mode: memory.settings?.krill.mode ?? null,
    ...(stopped && { stopped }),
    storage,
    ...(copies !== undefined && { copies }),
    swarm: swarmStanding(view.swarm),
    session: content.session,
    serial: content.serial,
    serving: { hash: memory.serving?.hash ?? null, healthy, ready: isReady(sources) },
    parts,
    ...(krillRefusal !== null && { krillRefusal }),
    ...(held !== null && { held }),
    problems,
    doing,
  };
}

/** An old container that still runs is not what is wanted. */
const runsAs = (spec: ContainerSpec, { containers }: View): boolean =>
  (containers ?? []).some(
    (found) => found.name === spec.name && found.running && found.specHash === specHash(spec),
  );

const isReady = ({ content }: Pick<StatusSources, 'content'>): boolean =>
  content.httpProblem === null && content.rsyncProblem === null;

const selfOf = ({ memory, addresses }: View): Ip | null =>
  ownAddress(memory.settings?.nodes ?? [], addresses);

function partsOf({ containers }: View, krillAnswers: boolean): readonly PartStatus[] {
  return (containers ?? []).map(({ name, id, running, health }) => ({
    name,
    id,
    running,
    healthy: name === 'krill' ? running && krillAnswers : running && health !== 'unhealthy',
  }));
}

function swarmStanding(swarm: SwarmMembership | null): SwarmStanding {
  if (swarm === null) return 'down';
  if (swarm.state === 'inactive') return 'absent';
  if (swarm.state !== 'active') return 'down';
  return swarm.manager ? 'manager' : 'worker';
}

const heldText = (held: HeldUpdate | null): string | null =>
  held &&
  `an update is held: ${describeHeldUpdate(held)}; see whether Krill is right, then "krillmanager accept"`;

const refusalText = ({ because, todo }: KrillRefusal): string =>
  `Krill is not started: ${because}; ${todo}`;

/** Only what is wrong for a member; a node that is still joining says so in `doing`. */
function problemsOf(sources: StatusSources): readonly string[] {
  const { view, storage, content, held, krillRefusal, doing } = sources;
  const { memory, containers, swarm, mount } = view;
  const refused = krillRefusal === null ? [] : [refusalText(krillRefusal)];
  if (memory.serving === null) return refused;
  const stopped = memory.settings?.stopped === true;
  const served = stopped ? [] : [content.httpProblem, content.rsyncProblem, heldText(held)];
  const found: (string | null)[] = [...refused, ...served];
  if (containers === null) found.push('Docker does not answer');
  if (!mount.mounted) found.push(`the volume is not mounted, ${doing}`);
  else if (!mount.answering) found.push('the volume does not answer');
  if (storage === 'down') found.push("this node's copy of the volume is down");
  if (swarm?.problem != null) found.push(`Docker Swarm: ${swarm.problem}`);
  for (const { name, running, health, illness } of containers ?? []) {
    if (!running || health !== 'unhealthy') continue;
    found.push(illness === null ? `${name} is unhealthy` : `${name} is unhealthy: ${illness}`);
  }
  return found.filter((problem) => problem !== null);
}
