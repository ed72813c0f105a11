import type { AccessSettings } from '../model/settings.ts';
import { limits } from './limits.ts';

export const everywhere: readonly string[] = ['0.0.0.0/0', '::/0'];

/** What NGINX has to know of who may do what. */
export interface ServingAccess {
  /** Null: everybody. */
  readonly krill: readonly string[] | null;
  readonly balancers: readonly string[];
  /** Requests that one address may have in work at the same time. */
  readonly requestsPerAddress: number;
}

/** Settings that an earlier release has left on the volume do not say it. */
const usual: AccessSettings = { krill: everywhere, balancers: [] };

export const servingAccess = ({ krill, balancers }: AccessSettings = usual): ServingAccess => ({
  krill: everywhere.every((network) => krill.includes(network)) ? null : krill,
  balancers,
  requestsPerAddress: limits.requestsPerAddress,
});
