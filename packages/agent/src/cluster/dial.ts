import { X509Certificate } from 'node:crypto';
import type { RequestOptions } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Ip } from '@krillmanager/core';
import type { ContextOf } from '../http/kept-context.ts';
import { isAgentOf } from './agent-certificate.ts';
import { secured } from './cluster-port.ts';
import type { Identity } from './identity.ts';

export interface Dial {
  readonly self: Ip;
  readonly peer: Ip;
  readonly port: number;
  readonly identity: Identity;
}

/** Node's own types leave it out. */
type SecuredRequest = RequestOptions & { readonly secureContext: SecureContext };

/** For a request to the agent at this address: no other certificate will do. */
export const dial = (
  { self, peer, port, identity }: Dial,
  contextOf: ContextOf = createSecureContext,
): SecuredRequest => ({
  secureContext: contextOf(secured(identity)),
  host: peer,
  port,
  // The others know us by this address, whatever other ways lead to them.
  localAddress: self,
  agent: false,
  checkServerIdentity: (_host, { raw }) =>
    isAgentOf(new X509Certificate(raw), peer)
      ? undefined
      : new Error(`what answers at ${peer} is not the agent of that node`),
});
