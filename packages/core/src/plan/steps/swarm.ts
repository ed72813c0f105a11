import type { Ip } from '../../model/ip.ts';
import type { MemberRecord } from '../../model/observed.ts';
import { UserError } from '../../model/user-error.ts';
import { onVolume } from '../../paths.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Handlers } from '../step.ts';

export type SwarmStep =
  | { readonly kind: 'swarm.init'; readonly advertise: Ip }
  | { readonly kind: 'swarm.promote'; readonly node: Ip }
  | {
      readonly kind: 'swarm.label';
      readonly node: Ip;
      readonly label: string;
      readonly value: string;
    };

export const swarmHandlers: Handlers<SwarmStep> = {
  'swarm.init': {
    describe: ({ advertise }) => `start a Swarm with manager ${advertise}`,
    apply: ({ advertise }, { ports: { swarm } }) => swarm.init(advertise),
  },
  'swarm.promote': {
    describe: ({ node }) => `make ${node} a Swarm manager`,
    apply: async ({ node }, { ports }) =>
      ports.swarm.setRole(await recordedNodeId(ports, node), 'manager'),
  },
  'swarm.label': {
    describe: ({ node, label, value }) => `label ${node} with ${label}=${value}`,
    apply: async ({ node, label, value }, { ports }) =>
      ports.swarm.setLabel(await recordedNodeId(ports, node), label, value),
  },
};

/** Only a server that could write to the volume is trusted to be the Swarm node it says it is. */
export async function recordedNodeId({ files }: Ports, node: Ip): Promise<string> {
  const record = await files.read(onVolume.member(node));
  if (record === null) {
    throw new UserError(`${node} has not recorded its Swarm membership on the volume`, {
      hint: `see "journalctl -u krillmanager-agent" on ${node}`,
    });
  }
  return (JSON.parse(record) as MemberRecord).swarmNodeId;
}
