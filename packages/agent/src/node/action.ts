import type {
  ClusterRecord,
  ClusterSettings,
  ContainerSpec,
  Ip,
  IpFamily,
  JoinMaterial,
  MemberRecord,
} from '@krillmanager/core';
import type { FileChange, WantedServing } from './view.ts';

export type Action =
  | { readonly do: 'rest' }
  | { readonly do: 'wait'; readonly for: string }
  | { readonly do: 'refuse'; readonly because: string }
  | { readonly do: 'loadImages'; readonly missing: readonly string[] }
  | { readonly do: 'writeFiles'; readonly changes: readonly FileChange[] }
  | { readonly do: 'serve'; readonly container: ContainerSpec }
  | { readonly do: 'restart'; readonly name: string; readonly because: string }
  | { readonly do: 'dismiss'; readonly name: string }
  | { readonly do: 'reload'; readonly hash: string }
  | { readonly do: 'assignNames'; readonly nodes: readonly Ip[] }
  | { readonly do: 'speak'; readonly family: IpFamily }
  | { readonly do: 'mount' }
  | { readonly do: 'remember'; readonly cluster: ClusterRecord; readonly settings: ClusterSettings }
  | { readonly do: 'join'; readonly as: Ip; readonly material: JoinMaterial }
  | { readonly do: 'askToJoin'; readonly as: Ip }
  | { readonly do: 'record'; readonly member: MemberRecord }
  | { readonly do: 'adopt'; readonly wanted: WantedServing }
  | { readonly do: 'leave'; readonly cluster: string }
  | { readonly do: 'forget' };

/** Nothing is left that this node could do by itself. */
export const isIdle = ({ do: what }: Action): boolean =>
  what === 'rest' || what === 'wait' || what === 'refuse';

export function describeAction(action: Action): string {
  switch (action.do) {
    case 'rest':
      return 'nothing to do';
    case 'wait':
      return `waiting for ${action.for}`;
    case 'refuse':
      return `refusing: ${action.because}`;
    case 'loadImages':
      return `loading ${action.missing.length} images`;
    case 'writeFiles':
      return `writing ${action.changes.map(({ path }) => path).join(', ')}`;
    case 'serve':
      return `starting ${action.container.name}`;
    case 'restart':
      return `restarting ${action.name}: ${action.because}`;
    case 'dismiss':
      return `removing ${action.name}`;
    case 'reload':
      return 'reloading NGINX';
    case 'assignNames':
      return `naming ${action.nodes.length} addresses in /etc/hosts`;
    case 'speak':
      return `setting GlusterFS to ${action.family === 'ipv6' ? 'IPv6' : 'IPv4'}`;
    case 'mount':
      return 'mounting the volume';
    case 'remember':
      return 'copying the settings to the local disk';
    case 'join':
      return `joining the Swarm as ${action.as}`;
    case 'askToJoin':
      return 'asking a manager to let this node into the Swarm again';
    case 'record':
      return 'recording the Swarm membership on the volume';
    case 'adopt':
      return `adopting serving stack ${action.wanted.hash}`;
    case 'leave':
      return `leaving cluster ${action.cluster}`;
    case 'forget':
      return 'forgetting the cluster that it was removed from';
  }
}
