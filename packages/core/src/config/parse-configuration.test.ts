import { describe, expect, test } from '@jest/globals';
import { UserError } from '../model/user-error.ts';
import { cachingView } from '../services/caching.ts';
import { configurationYaml } from './configuration-yaml.ts';
import { parseConfiguration } from './parse-configuration.ts';
import { serviceSettings, usualSettings } from './service-settings.ts';

const smallest = `domains:
  krill: krill.example.net
  rrdp: rrdp.example.net
  rsync: rsync.example.net
krill:
  mode: own
tls:
  mode: private
`;

const parse = (text: string) =>
  serviceSettings(parseConfiguration({ file: { name: 'km.yaml', text } }));

function fault(text: string): UserError {
  try {
    parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error('it was taken for valid');
}

/** The lines of the message, each "file:line:column …". */
const faults = (text: string): readonly string[] =>
  fault(text)
    .message.split('\n')
    .slice(1)
    .map((line) => line.trim());

describe('a valid configuration', () => {
  test('has defaults for what is left out', () => {
    expect(parse(smallest)).toEqual({
      domains: {
        krill: 'krill.example.net',
        rrdp: 'rrdp.example.net',
        rsync: 'rsync.example.net',
      },
      krill: { mode: 'own', ca: 'ca' },
      ...usualSettings,
    });
  });

  test.each([
    ['mode: own\n  ca: Example-1', { mode: 'own', ca: 'Example-1' }],
    ['mode: third-party', { mode: 'third-party', ca: 'ca' }],
    ['mode: testbed', { mode: 'testbed', cas: 10, roas: 10 }],
    ['mode: testbed\n  cas: 1\n  roas: 1000', { mode: 'testbed', cas: 1, roas: 1000 }],
  ])('%s', (lines, krill) => {
    expect(parse(smallest.replace('mode: own', lines)).krill).toEqual(krill);
  });

  test.each<[string, object]>([
    ['storage: { replicas: all }', { storage: { replicas: 'all' } }],
    ['storage: { replicas: 5 }\nmanagers: 5', { storage: { replicas: 5 }, managers: 5 }],
    [
      'nodes: [10.0.0.1, 10.0.0.2, 10.0.0.3]\nstorage: { arbiter: 10.0.0.3 }',
      { storage: { replicas: 3, arbiter: '10.0.0.3' } },
    ],
    ['storage: { allowTwo: true }', { storage: { replicas: 3, allowTwo: true } }],
    ['ports: { https: 8443 }', { ports: { http: 80, https: 8443, rsync: 873, balancers: 9443 } }],
  ])('may hold %s', (lines, settings) => {
    expect(parse(`${smallest}${lines}\n`)).toMatchObject(settings);
  });

  test('may say how many rsync clients are served', () => {
    expect(parse(`${smallest}rsync: { maxConnections: 9 }`).rsyncMaxConnections).toBe(9);
    expect(parse(`${smallest}rsync: {}`).rsyncMaxConnections).toBe(200);
  });

  test('may be that of a cache before another publication server', () => {
    const text = `domains: rrdp.example
tls: { mode: own, certificate: /etc/tls/c.pem, key: /etc/tls/k.pem }
publication: { mode: caching, origin: "https://ps.example:8443/a/rrdp/" }
`;
    const view = cachingView(parseConfiguration({ file: { name: 'km.yaml', text } }));
    expect(view).toMatchObject({
      name: 'rrdp.example',
      certificate: '/etc/tls/c.pem',
      origin: {
        host: 'ps.example',
        port: 8443,
        path: '/a/rrdp/',
        authority: '/etc/ssl/certs/ca-certificates.crt',
      },
      cache: { directory: '/var/cache/nginx-rrdp', mebibytes: 4096 },
    });
    expect(() =>
      cachingView(parseConfiguration({ file: { name: 'km.yaml', text: smallest } })),
    ).toThrow('not for a caching server');
  });

  test.each([
    ['http://ps.example/rrdp/', 'an https URI that ends in /'],
    ['https://ps.example/rrdp', 'an https URI that ends in /'],
    ['https://ps.example/x; }/', 'an https URI that ends in /'],
    ['https://ps.example/a/../b?/', 'an https URI that ends in /'],
  ])('of a cache has no origin such as %s', (origin, expected) => {
    const text = `domains: a.example\ntls: { mode: private }\npublication: { mode: caching, origin: "${origin}" }\n`;
    expect(() => parseConfiguration({ file: { name: 'km.yaml', text } })).toThrow(expected);
  });

  test('may say who uses Krill, and which balancers are believed', () => {
    const given = 'access: { krill: [192.0.2.0/24, "2001:db8::1"], balancers: [198.51.100.7] }';
    expect(parse(`${smallest}${given}`).access).toEqual({
      krill: ['192.0.2.0/24', '2001:db8::1'],
      balancers: ['198.51.100.7'],
    });
    expect(() => parse(`${smallest}access: { krill: [everybody] }`)).toThrow(
      'expected an address or a network such as 192.0.2.0/24, found "everybody"',
    );
  });

  test('may use one name for all, in any case', () => {
    const one = smallest.replaceAll(/: \w+\.example\.net/g, ': RPKI.Example.net');
    const name = 'rpki.example.net';
    expect(parse(one).domains).toEqual({ krill: name, rrdp: name, rsync: name });
  });

  test('may use comments, anchors and JSON', () => {
    expect(parse(JSON.stringify(parse2(smallest)))).toEqual(parse(smallest));
    const anchored = smallest
      .replace('krill: krill.example.net', 'krill: &name a.example # ours')
      .replace('rrdp: rrdp.example.net', 'rrdp: *name');
    expect(parse(anchored).domains.rrdp).toBe('a.example');
  });
});

/** The same as a value of the file's own shape. */
const parse2 = (text: string) => {
  const { domains, krill, tls } = parse(text);
  return { domains, krill, tls };
};

describe('a faulty configuration', () => {
  test('shows every fault at once, each with its place', () => {
    const text = `domains:
  krill: krill_.example.net
  rrdp: -rrdp.example.net
krill:
  mode: testbed
  cas: 0
  roas: many
tls:
  mode: none
rsync:
  maxConnections: 1.5
extra: 1
`;
    expect(faults(text)).toEqual([
      'km.yaml:2:10 domains.krill: expected a domain name, found "krill_.example.net"',
      'km.yaml:3:9 domains.rrdp: expected a domain name, found "-rrdp.example.net"',
      'km.yaml:2:3 domains.rsync: is missing: expected a domain name',
      'km.yaml:6:8 krill.cas: expected a whole number from 1 to 1000, found 0',
      'km.yaml:7:9 krill.roas: expected a whole number from 1 to 1000, found "many"',
      'km.yaml:9:9 tls.mode: expected "private" or "own", found "none"',
      'km.yaml:11:19 rsync.maxConnections: expected a whole number from 1 to 10000, found 1.5',
      'km.yaml:12:1 extra: is not known here; known are domains, nodes, storage, managers, krill, publication, tls, ports, access, rsync, retention, limits, log',
    ]);
  });

  test('shows those between keys, too, of the keys that are right by themselves', () => {
    const text = `domains: no_name
nodes: [10.0.0.1, 10.0.0.1]
managers: 3
ports: { http: 443 }
limits: { krillMiB: 512 }
storage: { arbiter: 10.0.0.9 }
tls: { mode: private }
publication: { mode: caching, origin: "https://ps.example/" }
`;
    expect(faults(text)).toEqual([
      'km.yaml:1:10 domains: expected a domain name or a map of keys, found "no_name"',
      'km.yaml:6:21 storage.arbiter: 10.0.0.9 is not one of the nodes',
      'km.yaml:3:11 managers: 3 of 2 nodes',
      'km.yaml:4:16 ports.http: 443 is for ports.https already',
      'km.yaml:7:14 tls.mode: expected "own": a caching server shows a certificate that you give it',
      'km.yaml:5:9 limits.krillRsyncTreeMiB: leaves Krill less than 256 MiB of its limits.krillMiB, 512',
      'km.yaml:2:19 nodes.1: 10.0.0.1 stands there twice',
    ]);
  });

  test.each([
    [
      'an unknown key below',
      smallest.replace('mode: own', 'mode: own\n  cass: 3'),
      /^km\.yaml:7:3 krill\.cass: is not known here; did you mean krill\.ca\?$/,
    ],
    ['an unknown mode', smallest.replace('mode: own', 'mode: owm'), /^km\.yaml:6:9 krill\.mode: /],
    [
      'a list for a map',
      smallest.replace('tls:\n  mode: private', 'tls: [private]'),
      /^km\.yaml:7:6 tls: expected a map of keys, found a list$/,
    ],
    [
      'a key that another mode knows',
      smallest.replace('mode: own', 'mode: own\n  cas: 3'),
      /^km\.yaml:7:3 krill\.cas: is not known with krill\.mode: "own"$/,
    ],
    [
      'a key that has its place elsewhere',
      `${smallest}maxConnections: 3\n`,
      /^km\.yaml:9:1 maxConnections: is not known here; did you mean rsync\.maxConnections\?$/,
    ],
    [
      'an address that is none',
      `${smallest}nodes: [10.0.0.1, server2]\n`,
      /^km\.yaml:9:19 nodes\.1: expected the IPv4 or IPv6 address of a server, found "server2"$/,
    ],
    [
      'an address that no server has',
      `${smallest}nodes: [10.0.0.1, 127.0.0.1]\n`,
      /^km\.yaml:9:19 nodes\.1: expected the IPv4 or IPv6 address of a server, found "127\.0\.0\.1"$/,
    ],
    [
      'an address that stands there twice',
      `${smallest}nodes: [10.0.0.1, 10.0.0.1]\n`,
      /^km\.yaml:9:19 nodes\.1: 10\.0\.0\.1 stands there twice$/,
    ],
    [
      'an rsync tree that leaves Krill nothing',
      `${smallest}limits: { krillMiB: 512 }\n`,
      /^km\.yaml:9:9 limits\.krillRsyncTreeMiB: leaves Krill less than 256 MiB/,
    ],
    [
      'a number of copies that nobody keeps',
      `${smallest}storage: { replicas: 4 }\n`,
      /^km\.yaml:9:22 storage\.replicas: expected 3, 5 or "all", found 4$/,
    ],
    [
      'an arbiter that is no node',
      `${smallest}nodes: [10.0.0.1, 10.0.0.2]\nstorage: { arbiter: 10.0.0.3 }\n`,
      /^km\.yaml:10:21 storage\.arbiter: 10\.0\.0\.3 is not one of the nodes$/,
    ],
    [
      'an arbiter among five copies',
      `${smallest}storage: { arbiter: 10.0.0.3, replicas: 5 }\n`,
      /^km\.yaml:9:21 storage\.arbiter: goes with storage\.replicas: 3 only$/,
    ],
    [
      'more managers than nodes',
      `${smallest}nodes: [10.0.0.1, 10.0.0.2]\nmanagers: 3\n`,
      /^km\.yaml:10:11 managers: 3 of 2 nodes$/,
    ],
    [
      'a port for two',
      `${smallest}ports: { http: 443 }\n`,
      /^km\.yaml:9:16 ports\.http: 443 is for ports\.https already$/,
    ],
    [
      'a port of the cluster',
      `${smallest}ports: { rsync: 9655 }\n`,
      /^km\.yaml:9:17 ports\.rsync: 9655 is for the agent already$/,
    ],
    [
      'a port that is none',
      `${smallest}ports: { htps: 65536 }\n`,
      /^km\.yaml:9:10 ports\.htps: is not known here; did you mean ports\.https\?$/,
    ],
    [
      'one name for all that is none',
      smallest.replace(/domains:.*?krill:\n/s, 'domains: no_name\nkrill:\n'),
      /^km\.yaml:1:10 domains: expected a domain name.*, found "no_name"$/,
    ],
    [
      'no node',
      `${smallest}nodes: []\n`,
      /^km\.yaml:9:8 nodes: expected a list of 1 to 64 addresses, found 0$/,
    ],
    [
      'more nodes than there can be',
      `${smallest}nodes: [${Array.from({ length: 65 }, (_, at) => `10.0.0.${at + 1}`)}]\n`,
      /^km\.yaml:9:8 nodes: expected a list of 1 to 64 addresses, found 65$/,
    ],
    [
      'an address for a name',
      smallest.replace('krill.example.net', '192.0.2.1'),
      /^km\.yaml:2:10 domains\.krill: expected a domain name, found "192\.0\.2\.1"$/,
    ],
    [
      'a name that means something else everywhere',
      smallest.replace('krill.example.net', 'LOCALHOST'),
      /^km\.yaml:2:10 domains\.krill: expected a domain name, found "LOCALHOST"$/,
    ],
    [
      'a token in the place of its file',
      smallest.replace('mode: own', 'mode: own\n  adminTokenFile: s3cret-s3cret-s3cret'),
      /^km\.yaml:7:19 krill\.adminTokenFile: expected an absolute path, found something else$/,
    ],
    ['a number for a key', `${smallest}17: 3\n`, /^km\.yaml:9:1 17: is not known here; known/],
    [
      'a list for a key',
      `${smallest}? [a, b]\n: 3\n`,
      /^km\.yaml:9:3 a key is a word, not a list or a map$/,
    ],
    ['nothing for a key', `${smallest}: 3\n`, /^km\.yaml:9:1 .*: is not known here; known/],
    [
      'aliases without end',
      `${smallest}a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
d: [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
`,
      /^km\.yaml Excessive alias count/,
    ],
    ['no text at all', '', /^km\.yaml the document: expected a map of keys, found nothing$/],
    ['a text', 'krill', /^km\.yaml:1:1 the document: expected a map of keys, found "krill"$/],
    ['a key that stands there twice', `${smallest}tls: {}\n`, /^km\.yaml:9:1 .*unique/],
    ['no YAML', 'domains: {', /^km\.yaml:1:11 /],
    [
      'an anchor that is not there',
      smallest.replace('rsync.example.net', '*name'),
      /^km\.yaml:4:10 .*alias/,
    ],
    ['a second document', `${smallest}---\n${smallest}`, /^km\.yaml:9:1 .*document/],
  ])('with %s', (_what, text, expected) => {
    expect(faults(text)).toEqual([expect.stringMatching(expected)]);
  });

  test('is a fault of usage that says what to do', () => {
    const { exitCode, hint, message } = fault('');
    expect({ exitCode, hint }).toEqual({ exitCode: 2, hint: expect.stringContaining('correct') });
    expect(message).toMatch(/^km\.yaml is not valid:\n/);
  });
});

describe('what stands elsewhere', () => {
  const file = { name: 'km.yaml', text: smallest };
  const environment = {
    KRILLMANAGER_DOMAINS: 'one.example',
    KRILLMANAGER_DOMAINS_RSYNC: 'rsync.example',
    KRILLMANAGER_KRILL_CA: '17',
    KRILLMANAGER_LIMITS_KRILL_RSYNC_TREE_MIB: '900',
    KRILLMANAGER_NODES: '10.0.0.1, 10.0.0.2',
    KRILLMANAGER_STORAGE_REPLICAS: '5',
    KRILLMANAGER_STORAGE_ALLOW_TWO: 'true',
    KRILLMANAGER_PORTS_HTTPS: '8443',
    KRILLMANAGER_LAB: '1',
  };
  const flags = [{ path: ['tls'], value: { mode: 'private' }, from: '--private' }];

  test('goes before the file: the environment', () => {
    const found = parseConfiguration({ file, environment });
    expect(found).toMatchObject({
      domains: { krill: 'one.example', rrdp: 'one.example', rsync: 'rsync.example' },
      krill: { ca: '17' },
      limits: { krillRsyncTreeMiB: 900 },
      nodes: ['10.0.0.1', '10.0.0.2'],
      storage: { replicas: 5, allowTwo: true },
      ports: { http: 80, https: 8443 },
    });
  });

  test('goes before the environment: a flag', () => {
    const own = 'domains: a.example\ntls: { mode: own, certificate: /c, key: /k }\n';
    const sources = { file: { name: 'km.yaml', text: own }, environment: {}, flags };
    expect(parseConfiguration(sources).tls).toEqual({ mode: 'private' });
    const odd = { KRILLMANAGER_TLS_MODE: 'odd' };
    expect(parseConfiguration({ ...sources, environment: odd }).tls).toEqual({ mode: 'private' });
  });

  test('may name another mode than the file: what only the other one knows goes with it', () => {
    const text = `domains: a.example
krill: { mode: own, ca: mine }
tls: { mode: own, certificate: /c, key: /k }
`;
    const wish = { KRILLMANAGER_TLS_MODE: 'private', KRILLMANAGER_KRILL_MODE: 'testbed' };
    const found = parseConfiguration({ file: { name: 'km.yaml', text }, environment: wish });
    expect(found.tls).toEqual({ mode: 'private' });
    expect(found.krill).toEqual({ mode: 'testbed', cas: 10, roas: 10 });
    const same = parseConfiguration({
      file: { name: 'km.yaml', text },
      environment: { KRILLMANAGER_KRILL_MODE: 'third-party', KRILLMANAGER_TLS_KEY: '/other' },
    });
    expect(same.krill).toEqual({ mode: 'third-party', ca: 'mine' });
    expect(same.tls).toEqual({ mode: 'own', certificate: '/c', key: '/other' });
  });

  test('may name one of three domains, and leave the others as they are by default', () => {
    const found = parseConfiguration({
      file: null,
      environment: { KRILLMANAGER_DOMAINS_KRILL: 'x.example' },
      flags,
      defaults: { domains: 'host.example' },
    });
    const name = 'host.example';
    expect(found.domains).toEqual({ krill: 'x.example', rrdp: name, rsync: name });
  });

  test('may be an empty list', () => {
    const nobody = { KRILLMANAGER_ACCESS_KRILL: '' };
    expect(parseConfiguration({ file, environment: nobody }).access.krill).toEqual([]);
    const none = { KRILLMANAGER_NODES: ' ' };
    expect(() => parseConfiguration({ file, environment: none })).toThrow(
      'KRILLMANAGER_NODES nodes: expected a list of 1 to 64 addresses, found 0',
    );
  });

  test('is named when it is the beginning of some variables only', () => {
    expect(() =>
      parseConfiguration({ file, environment: { KRILLMANAGER_TLS: 'private' } }),
    ).toThrow(
      'KRILLMANAGER_TLS: holds no value; there are KRILLMANAGER_TLS_MODE, KRILLMANAGER_TLS_CERTIFICATE',
    );
  });

  test('is all there is, without a file', () => {
    const defaults = { domains: 'host.example' };
    const found = parseConfiguration({ file: null, flags, defaults });
    expect(serviceSettings(found)).toEqual({
      domains: { krill: 'host.example', rrdp: 'host.example', rsync: 'host.example' },
      krill: { mode: 'own', ca: 'ca' },
      ...usualSettings,
    });
  });

  test('is named when it is wrong, even if only its name is', () => {
    const wrong = { KRILLMANAGER_LOG_LEVEL: 'loud', KRILLMANAGER_KRILL_MOOD: 'own' };
    expect(() => parseConfiguration({ file, environment: wrong })).toThrow(
      [
        '  KRILLMANAGER_KRILL_MOOD: did you mean KRILLMANAGER_KRILL_MODE?',
        '  KRILLMANAGER_LOG_LEVEL log.level: expected "error", "warn", "info" or "debug", found "loud"',
      ].join('\n'),
    );
  });
});

test('a mode need not be named with what else is said of Krill', () => {
  const text = 'domains: a.example\nkrill: { ca: mine }\ntls: { mode: private }\n';
  expect(parse(text).krill).toEqual({ mode: 'own', ca: 'mine' });
});

test('a configuration that was printed is the same when it is read', () => {
  const found = parseConfiguration({ file: { name: 'km.yaml', text: smallest } });
  const text = configurationYaml(found);
  expect(parseConfiguration({ file: { name: 'km.yaml', text } })).toEqual(found);
});
