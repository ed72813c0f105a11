import { onChange } from '../../execute/on-change.ts';
import { until } from '../../execute/until.ts';
import type { Desired } from '../../model/desired.ts';
import type { Ip } from '../../model/ip.ts';
import type { ClusterRecord } from '../../model/settings.ts';
import { onVolume } from '../../paths.ts';
import { agentUnit } from '../../policy.ts';
import type { Ports } from '../../ports/ports.ts';
import { sealedText } from '../join-seal.ts';
import type { Handlers } from '../step.ts';

export type JoinStep =
  | { readonly kind: 'join.open'; readonly managers: readonly Ip[]; readonly nodes: readonly Ip[] }
  | { readonly kind: 'member.await'; readonly node: Ip; readonly deadlineSeconds: number }
  | { readonly kind: 'join.close' };

/** What a slave needs to join. It exists only while somebody is awaited. */
export interface JoinMaterial {
  readonly managers: readonly Ip[];
  /** Every node of the cluster: a slave finds its own address among them. */
  readonly nodes: readonly Ip[];
  readonly token: string;
  /** By address, what proves to a server that we know its join secret. */
  readonly seals?: Readonly<Record<Ip, string>>;
}

export const joinHandlers: Handlers<JoinStep> = {
  'join.open': {
    describe: ({ nodes }) => `share the join token with ${nodes.length} nodes over the volume`,
    apply: async ({ managers, nodes }, { ports, desired }) => {
      const { swarm, files } = ports;
      const token = (await swarm.joinToken()).reveal();
      const open: JoinMaterial = { managers, nodes, token };
      const seals = await sealsFor(open, ports, desired);
      const material: JoinMaterial = { ...open, ...(seals && { seals }) };
      await files.write(onVolume.joinMaterial, JSON.stringify(material), {
        mode: 0o600,
        uid: 0,
        gid: 0,
      });
    },
  },
  'member.await': {
    describe: ({ node }) => `wait for ${node} to join the Swarm`,
    together: true,
    apply: async (
      { node, deadlineSeconds },
      { ports: { agents, clock, files, swarm }, progress },
    ) => {
      const tell = onChange(progress);
      await until(
        async () => {
          const status = await agents.status(node);
          tell(status?.doing);
          const record = await files.read(onVolume.member(node));
          if (record === null) return false;
          const { swarmNodeId } = JSON.parse(record) as { swarmNodeId: string };
          return (await swarm.nodes()).some(({ id, ready }) => id === swarmNodeId && ready);
        },
        {
          clock,
          withinMs: deadlineSeconds * 1000,
          what: `${node} to join`,
          hint: `run "krillmanager --slave=1 init" on ${node}, or see "journalctl -u ${agentUnit}" there; then run this command again`,
        },
      );
    },
  },
  // The token was readable to whoever can read the volume: it is made void before it is forgotten.
  'join.close': {
    describe: () => 'make the join token void and remove it from the volume',
    apply: async (_step, { ports: { swarm, files } }) => {
      await swarm.rotateToken();
      for (const name of await files.list(onVolume.join)) {
        await files.remove(`${onVolume.join}/${name}`);
      }
    },
  },
};

async function sealsFor(
  { managers, nodes, token }: JoinMaterial,
  { files, seal }: Ports,
  { joinSecret, release }: Desired,
): Promise<JoinMaterial['seals']> {
  const text = await files.read(onVolume.cluster);
  if (joinSecret === undefined || text === null) return undefined;
  const cluster = JSON.parse(text) as ClusterRecord;
  const images = Object.values(release.images);
  const sealed = nodes.map((node) => {
    const about = sealedText({ cluster, node, images, managers, token });
    return [node, seal(joinSecret, about)] as const;
  });
  return Object.fromEntries(sealed);
}
