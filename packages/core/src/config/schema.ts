import { z } from 'zod';
import { isNetwork, isNodeAddress, parseIp } from '../model/ip.ts';
import { everywhere } from '../services/access.ts';
import { limits } from '../services/limits.ts';

/** What Krill publishes names it for good: no address, and not this machine's own name for itself. */
const isPublicName = (name: string): boolean =>
  !/(^|\.)(\d+|localhost|localdomain)$/.test(name.toLowerCase());

/** `title` says what is expected, `description` what the key is for: messages and documentation. */
const domainName = z
  .string()
  .max(253)
  .regex(/^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/i)
  .toLowerCase()
  .refine(isPublicName)
  .meta({ title: 'a domain name' });

const handle = z
  .string()
  .regex(/^[-_A-Za-z0-9/]{1,255}$/)
  .default('ca')
  .meta({
    title: 'a CA handle: letters, digits, "-", "_", "/"',
    description: 'handle of the certificate authority',
  });

const absolutePath = z.string().regex(/^\//).meta({ title: 'an absolute path' });

/** As it stands in NGINX's configuration. */
const plainPath = (what: string, usual: string) =>
  z
    .string()
    .regex(/^(\/[A-Za-z0-9_.-]+)+$/)
    .default(usual)
    .meta({ title: 'an absolute path of letters, digits, "_", "." and "-"', description: what });

const tokenFile = absolutePath.optional().meta({
  title: 'an absolute path',
  description:
    "file with the token of Krill's administrator, 16 characters or more; without it one is generated",
});

const count = (what: string) =>
  z
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .meta({ description: `${what} that Krill makes` });

const mode = 'what Krill is for; counts at the first initialisation only';

const krill = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: z.literal('own').meta({ description: mode }),
    ca: handle,
    adminTokenFile: tokenFile,
  }),
  z.strictObject({ mode: z.literal('third-party'), ca: handle, adminTokenFile: tokenFile }),
  z.strictObject({
    mode: z.literal('testbed'),
    cas: count('number of CAs'),
    roas: count('number of ROAs of each CA'),
    adminTokenFile: tokenFile,
  }),
]);

const tls = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: z.literal('private').meta({
      description: "`private`: certificates from the cluster's own authority; `own`: your files",
    }),
  }),
  z.strictObject({
    mode: z.literal('own'),
    certificate: absolutePath.meta({
      title: 'an absolute path',
      description: 'PEM file: the certificate for all the domains, then its chain',
    }),
    key: absolutePath.meta({ title: 'an absolute path', description: 'PEM file: its private key' }),
  }),
]);

const memory = (what: string, bytes: number) =>
  z
    .int()
    .min(128)
    .max(1_048_576)
    .default(bytes / 2 ** 20)
    .meta({ description: `memory of ${what}, MiB` });

const address = z
  .string()
  .refine(isNodeAddress)
  .transform(parseIp)
  .meta({ title: 'the IPv4 or IPv6 address of a server' });

const port = (what: string, usual: number) =>
  z
    .int()
    .min(1)
    .max(65_535)
    .default(usual)
    .meta({ description: `port on which ${what}; the URIs stay as they are` });

const storage = z.strictObject({
  replicas: z.literal([3, 5, 'all']).default(3).meta({
    description: 'copies of the volume, as far as there are nodes; never an even number above two',
  }),
  arbiter: address.optional().meta({
    title: 'the IPv4 or IPv6 address of a server',
    description:
      'the node whose copy holds names only, for a small third server; counts when the cluster is formed',
  }),
  allowTwo: z.boolean().default(false).meta({
    description: 'insist on a cluster of two, in which the first node decides alone',
  }),
});

const networks = z
  .array(
    z.string().refine(isNetwork).meta({ title: 'an address or a network such as 192.0.2.0/24' }),
  )
  .max(64);

const origin = z
  .string()
  .max(2000)
  .regex(/^https:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?(\/[A-Za-z0-9_.~-]+)*\/$/)
  .meta({
    title: 'an https URI that ends in /',
    description: 'where the publication server has its notification.xml',
  });

const publication = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: z.literal('files').meta({
      description:
        '`files`: from the disks of the nodes, made by krillsync; `caching`: one NGINX before another publication server, without a cluster (docs/caching.md)',
    }),
  }),
  z.strictObject({
    mode: z.literal('caching'),
    origin,
    originAuthority: plainPath(
      "PEM file: authorities that the origin's certificate may be from",
      '/etc/ssl/certs/ca-certificates.crt',
    ),
    cacheDirectory: plainPath('where NGINX keeps its copies', '/var/cache/nginx-rrdp'),
    cacheMiB: z
      .int()
      .min(64)
      .max(1_048_576)
      .default(4096)
      .meta({ description: 'size of all copies, MiB' }),
  }),
]);

/** /etc/krillmanager/krillmanager.yaml. */
export const configurationSchema = z.strictObject({
  domains: z
    .union([
      domainName.meta({ title: 'a domain name', description: 'one name for all three' }),
      z.strictObject({
        krill: domainName.meta({
          title: 'a domain name',
          description: "name of Krill's user interface and API",
        }),
        rrdp: domainName.meta({ title: 'a domain name', description: 'name in the RRDP URIs' }),
        rsync: domainName.meta({ title: 'a domain name', description: 'name in the rsync URIs' }),
      }),
    ])
    .transform((given) =>
      typeof given === 'string' ? { krill: given, rrdp: given, rsync: given } : given,
    ),
  nodes: z.array(address).min(1).max(64).optional().meta({
    title: 'a list of 1 to 64 addresses',
    description: 'addresses of all nodes, that of this server too; `--slave-ips` overrides it',
  }),
  storage: storage.prefault({}),
  managers: z.literal([1, 3, 5, 7]).optional().meta({
    description: 'managers of the Swarm; three from three nodes on, five from seven, unless told',
  }),
  krill: krill.prefault({ mode: 'own' }),
  publication: publication.prefault({ mode: 'files' }),
  tls,
  ports: z
    .strictObject({
      http: port('NGINX listens for HTTP', 80),
      https: port('NGINX listens for HTTPS', 443),
      rsync: port('rsyncd listens', 873),
      balancers: port('NGINX listens for load balancers (PROXY protocol)', 9443),
    })
    .prefault({}),
  access: z
    .strictObject({
      krill: networks.default([...everywhere]).meta({
        title: 'a list of addresses and networks',
        description: "who may use Krill's user interface and API; an empty list: nobody",
      }),
      balancers: networks.default([]).meta({
        title: 'a list of addresses and networks',
        description: 'load balancers; they are believed on `ports.balancers`',
      }),
    })
    .prefault({}),
  rsync: z
    .strictObject({
      maxConnections: z
        .int()
        .min(1)
        .max(10_000)
        .default(limits.rsyncMaxConnections)
        .meta({ description: 'connections that rsyncd takes on each node' }),
    })
    .prefault({}),
  retention: z
    .strictObject({
      replacedSeconds: z.int().min(60).max(604_800).default(7200).meta({
        description:
          'how long replaced snapshots, deltas and trees stay for clients that are behind',
      }),
    })
    .prefault({}),
  limits: z
    .strictObject({
      krillMiB: memory('Krill with its rsync tree', limits.krillMemoryBytes),
      krillRsyncTreeMiB: memory("Krill's own rsync tree, part of it", limits.krillRsyncTreeBytes),
      nginxMiB: memory('NGINX', limits.nginxMemoryBytes),
      rsyncdMiB: memory('rsyncd', limits.rsyncdMemoryBytes),
      krillsyncMiB: memory('krillsync', limits.krillsyncMemoryBytes),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z
        .enum(['error', 'warn', 'info', 'debug'])
        .default('warn')
        .meta({ description: 'what Krill and NGINX write to their logs' }),
    })
    .prefault({}),
});

export type Configuration = z.infer<typeof configurationSchema>;
