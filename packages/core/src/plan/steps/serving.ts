import { onChange } from '../../execute/on-change.ts';
import { until } from '../../execute/until.ts';
import type { Ip } from '../../model/ip.ts';
import type { NodeStatus } from '../../model/node-status.ts';
import { onVolume } from '../../paths.ts';
import { patienceMs } from '../../policy.ts';
import type { Handlers } from '../step.ts';

/** One node at a time: the next is touched when this one serves. */
export type ServingStep = {
  readonly kind: 'serving.roll';
  readonly node: Ip;
  readonly hash: string;
  readonly stopped?: true;
};

export const servingHandlers: Handlers<ServingStep> = {
  'serving.roll': {
    describe: ({ node, stopped }) =>
      stopped ? `stop serving on ${node}` : `serve RRDP and rsync on ${node}`,
    apply: async ({ node, hash }, { ports: { files, agents, clock }, desired, progress }) => {
      const wanted = JSON.stringify({ hash, spec: desired.serving });
      await files.write(onVolume.wanted(node), wanted, { mode: 0o600, uid: 0, gid: 0 });
      const tell = onChange(progress);
      await until(
        async () => {
          const status = await agents.status(node);
          tell(status?.doing);
          return status !== null && serves(status, hash);
        },
        {
          clock,
          withinMs: patienceMs.servingHealthy,
          what: `${node} to serve as it is wanted`,
          hint: `see "krillmanager status", and "docker ps" on ${node}`,
        },
      );
    },
  },
};

/** Runs what is wanted, healthily, and has content. */
export const serves = (status: NodeStatus, hash: string): boolean =>
  status.serving.hash === hash && status.serving.healthy;
