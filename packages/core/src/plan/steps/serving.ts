import { onChange } from '../../execute/on-change.ts';
import { until } from '../../execute/until.ts';
import type { Ip } from '../../model/ip.ts';
import type { NodeStatus } from '../../model/node-status.ts';
import { krillsyncUid, onVolume } from '../../paths.ts';
import { patienceMs } from '../../policy.ts';
import type { Handlers, Workshop } from '../step.ts';

export type ServingStep =
  /** Nodes that serve nothing have nothing to lose: all of them at once. */
  | { readonly kind: 'serving.assign'; readonly nodes: readonly Ip[]; readonly hash: string }
  /** One node at a time: the next is touched when this one serves. */
  | {
      readonly kind: 'serving.roll';
      readonly node: Ip;
      readonly hash: string;
      readonly stopped?: true;
    };

const krillsyncs = { mode: 0o755, uid: krillsyncUid, gid: krillsyncUid } as const;

export const servingHandlers: Handlers<ServingStep> = {
  'serving.assign': {
    describe: ({ nodes }) => `let ${nodes.join(', ')} begin to serve RRDP and rsync`,
    apply: async ({ nodes, hash }, workshop) => {
      for (const node of nodes) await assign(node, hash, workshop);
    },
  },
  'serving.roll': {
    describe: ({ node, stopped }) =>
      stopped ? `stop serving on ${node}` : `serve RRDP and rsync on ${node}`,
    apply: async ({ node, hash }, workshop) => {
      const { ports, progress } = workshop;
      const { agents, clock } = ports;
      await assign(node, hash, workshop);
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

async function assign(node: Ip, hash: string, { ports, desired }: Workshop): Promise<void> {
  await ports.files.directory(onVolume.barrier, krillsyncs);
  const wanted = JSON.stringify({ hash, spec: desired.serving });
  await ports.files.write(onVolume.wanted(node), wanted, { mode: 0o600, uid: 0, gid: 0 });
}

/** Runs what is wanted, healthily, and has content. */
export const serves = (status: NodeStatus, hash: string): boolean =>
  status.serving.hash === hash && status.serving.healthy;
