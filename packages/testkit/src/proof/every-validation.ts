import type { LabHost } from '../lab.ts';
import type { RelyingPartyName, Transport } from './relying-party.ts';

export interface WantedValidation {
  readonly host: LabHost;
  readonly name: RelyingPartyName;
  readonly transport: Transport;
}

/** Every validator, over each transport alone, against each host. */
export const everyValidation = (hosts: readonly LabHost[]): readonly WantedValidation[] =>
  hosts.flatMap((host) =>
    (['rpki-client', 'fort', 'routinator'] as const).flatMap((name) =>
      (['rrdp', 'rsync'] as const).map((transport) => ({ host, name, transport })),
    ),
  );
