import { z } from 'zod';

const domainName = z
  .string()
  .max(253)
  .regex(/^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/i, 'is not a domain name')
  .transform((name) => name.toLowerCase());

const handle = z.string().regex(/^[-_A-Za-z0-9/]{1,255}$/, 'is not a CA handle');

const krill = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('own'), ca: handle.default('ca') }),
  z.strictObject({ mode: z.literal('third-party'), ca: handle.default('ca') }),
  z.strictObject({
    mode: z.literal('testbed'),
    cas: z.int().min(1).max(1000).default(10),
    roas: z.int().min(1).max(1000).default(10),
  }),
]);

/** /etc/krillmanager/krillmanager.yaml. */
export const configurationSchema = z.strictObject({
  /** Public names: of Krill's user interface and API, of RRDP and of rsync; one may serve for all. */
  domains: z.strictObject({ krill: domainName, rrdp: domainName, rsync: domainName }),
  krill,
  /** `private`: certificates from a certificate authority of the cluster's own. */
  tls: z.strictObject({ mode: z.literal('private') }),
  rsync: z
    .strictObject({ maxConnections: z.int().min(1).max(10_000).default(200) })
    .default({ maxConnections: 200 }),
});
