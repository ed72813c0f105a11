import type { Handler, Handlers, Step } from '../step.ts';
import { clusterHandlers } from './cluster.ts';
import { joinHandlers } from './join.ts';
import { krillHandlers } from './krill.ts';
import { leaveHandlers } from './leave.ts';
import { nodeHandlers } from './node.ts';
import { poolHandlers } from './pool.ts';
import { servingHandlers } from './serving.ts';
import { swarmHandlers } from './swarm.ts';
import { volumeHandlers } from './volume.ts';

const handlers: Handlers<Step> = {
  ...clusterHandlers,
  ...joinHandlers,
  ...krillHandlers,
  ...leaveHandlers,
  ...nodeHandlers,
  ...poolHandlers,
  ...servingHandlers,
  ...swarmHandlers,
  ...volumeHandlers,
};

/** The one place where a step meets its handler; the mapped type has checked that they fit. */
export const handlerOf = (step: Step): Handler<Step> => handlers[step.kind] as Handler<Step>;

export const describe = (step: Step): string => handlerOf(step).describe(step);
