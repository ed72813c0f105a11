import { type Certificates, type Clock, type KeyPair, Secret } from '@krillmanager/core';

interface Content {
  readonly names: readonly string[];
  readonly notAfterMs: number;
  readonly serial: number;
  readonly issuer: number | null;
}

const dayMs = 86_400_000;

/** Certificates that only say what they are; each has a serial number of its own. */
export function fakeCertificates(clock: Clock): Certificates {
  let serial = 0;
  const issue = (names: readonly string[], days: number, issuer: number | null): KeyPair => {
    serial += 1;
    const content: Content = { names, notAfterMs: clock.now() + days * dayMs, serial, issuer };
    return { certificate: JSON.stringify(content), key: new Secret(`key ${serial}`) };
  };
  return {
    authority: async (commonName, days) => issue([commonName], days, null),
    server: async (authority, names, days) => {
      const { serial: issuer } = parse(authority.certificate);
      if (authority.key.reveal() !== `key ${issuer}`) throw new Error('key values mismatch');
      return issue(names, days, issuer);
    },
    inspect: async (certificate) => {
      const { names, notAfterMs } = parse(certificate);
      return { names, notAfterMs };
    },
  };
}

const parse = (certificate: string): Content => JSON.parse(certificate) as Content;

/** The certificate was issued by that authority, and the key is its own. */
export function fits(certificate: string, key: string, authority: string): boolean {
  const { serial, issuer } = parse(certificate);
  return issuer === parse(authority).serial && key === `key ${serial}`;
}
