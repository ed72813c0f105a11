import type { IpFamily, NodeStatus } from '@krillmanager/core';
import { collectFacts } from './collect-facts.ts';
import type { Routes } from './http/serve.ts';
import { sharedAnswer } from './http/shared-answer.ts';
import type { Machine } from './machine.ts';
import type { Attention } from './node/attention.ts';
import { learnNames } from './node/recruitment.ts';

const stopped = 'the cluster is stopped: "krillmanager start" starts it';

/** As old as what a balancer is told may be; those who change the cluster are told what is. */
const readyForMs = 1000;

/** What the agent's routes ask. */
export interface AgentAnswers {
  readonly machine: Machine;
  readonly release: string;
  readonly attention: Attention;
  /** Null before the agent has looked at its node once. */
  readonly status: () => Promise<NodeStatus | null>;
  readonly doing: () => string;
  /** A master asked for this node over this family; null: over loopback. */
  readonly recruited: (over: IpFamily | null) => void;
  readonly heartbeats: () => object;
}

/** What the agent answers on its plain-HTTP port. */
export function agentRoutes(agent: AgentAnswers): Routes {
  const { machine, release, attention, status, doing, recruited, heartbeats } = agent;
  const facts = async () => {
    attention.drawn();
    return { status: 200, body: await collectFacts(machine, release) };
  };
  const recentStatus = sharedAnswer(status, machine.clock, readyForMs);
  return {
    '/facts': facts,
    '/recruit': async (over, query) => {
      recruited(over);
      await learnNames(query.get('nodes'), machine);
      return facts();
    },
    '/status': async () => {
      attention.drawn();
      const body = await status();
      return body === null ? { status: 503, body: { doing: doing() } } : { status: 200, body };
    },
    '/live': () => ({ status: 200, body: { live: true } }),
    '/ready': async () => {
      const now = await recentStatus();
      const ready = now?.serving.ready === true;
      const problems = now?.stopped ? [stopped] : (now?.problems ?? [doing()]);
      return { status: ready ? 200 : 503, body: { ready, problems } };
    },
    '/heartbeats': () => ({ status: 200, body: heartbeats() }),
  };
}
