import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type ClusterSettings, parseIp, usualSettings } from '@krillmanager/core';
import {
  type ConfigurationOptions,
  noConfiguration,
  readConfiguration,
  type Surroundings,
} from './read-configuration.ts';

const surroundings = (environment: Record<string, string> = {}) => ({
  environment,
  hostName: async () => 'host.example.net',
});

const read = async (options: ConfigurationOptions, about: Surroundings) =>
  (await readConfiguration(options, about))?.configuration ?? null;

const applied: ClusterSettings = {
  ...usualSettings,
  domains: { krill: 'krill.lab', rrdp: 'rrdp.lab', rsync: 'rsync.lab' },
  krill: { mode: 'third-party', ca: 'mine' },
  ports: { ...usualSettings.ports, https: 8443 },
  release: '1.0.0-x',
  nodes: [],
};

// The machine that runs the tests has no configuration of its own.
describe('without a file', () => {
  test('there is no configuration unless something asks for one', async () => {
    expect(await read({}, surroundings())).toBeNull();
  });

  test('--private takes the name of this server', async () => {
    const found = await read({ private: true }, surroundings());
    expect(found).toMatchObject({
      domains: { krill: 'host.example.net', rrdp: 'host.example.net' },
      krill: { mode: 'own' },
      tls: { mode: 'private' },
    });
  });

  test('a formed cluster keeps what it has, but for what environment and flags say', async () => {
    const about = (environment: Record<string, string>) => ({
      ...surroundings(environment),
      present: async () => applied,
    });
    const kept = { domains: applied.domains, krill: applied.krill, ports: applied.ports };
    expect(await read({ private: true }, about({}))).toMatchObject(kept);
    expect(await read({}, about({ KRILLMANAGER_LOG_LEVEL: 'debug' }))).toMatchObject({
      ...kept,
      log: { level: 'debug' },
    });
    await expect(read({}, about({ KRILLMANAGER_LOG_LEVEL: 'loud' }))).rejects.toThrow(
      'KRILLMANAGER_LOG_LEVEL log.level: expected',
    );
    await expect(read({}, about({ KRILLMANAGER_LGO_LEVEL: 'loud' }))).rejects.toThrow(
      'did you mean KRILLMANAGER_LOG_LEVEL?',
    );
  });

  test.each(['h1', 'localhost', 'localhost.localdomain', ''])(
    'a server called "%s" needs a name for the world',
    async (name) => {
      const hostName = async () => name;
      await expect(read({ private: true }, { environment: {}, hostName })).rejects.toMatchObject({
        message: expect.stringContaining('no name for the world'),
        hint: expect.stringContaining('domains: rpki.example.net'),
        exitCode: 2,
      });
    },
  );

  test('its own name is asked for only when it is needed', async () => {
    const hostName = async () => {
      throw new Error('hostname: Name or service not known');
    };
    const environment = { KRILLMANAGER_DOMAINS: 'a.example' };
    expect((await read({ private: true }, { environment, hostName }))?.domains.rsync).toBe(
      'a.example',
    );
    await expect(read({ private: true }, { environment: {}, hostName })).rejects.toThrow(
      '`hostname -f` has no answer',
    );
  });

  test('the environment can say it all', async () => {
    const environment = { KRILLMANAGER_TLS_MODE: 'private', KRILLMANAGER_DOMAINS: 'a.example' };
    const found = await read({}, surroundings(environment));
    expect(found?.domains.krill).toBe('a.example');
  });

  test('one that was named is an error', async () => {
    const reading = read({ config: '/nowhere.yaml' }, surroundings());
    await expect(reading).rejects.toMatchObject({ exitCode: 2 });
  });

  test('a directory is none', async () => {
    await expect(read({ config: '/tmp' }, surroundings())).rejects.toMatchObject({
      message: 'the configuration /tmp is a directory',
      exitCode: 2,
    });
  });

  test('the smallest that is valid is shown', () => {
    expect(noConfiguration()).toMatchObject({
      message: 'there is no configuration /etc/krillmanager/krillmanager.yaml',
      hint: expect.stringContaining('  domains: rpki.example.net\n  tls:\n    mode: private'),
      exitCode: 2,
    });
  });
});

test("the command line's list of nodes takes the place of the file's, also in the rules", async () => {
  const dir = await mkdtemp(join(tmpdir(), 'read-'));
  const config = join(dir, 'km.yaml');
  const file = `domains: a.example
nodes: [10.0.0.1, 10.0.0.2]
storage: { arbiter: 10.0.0.3 }
tls: { mode: private }
`;
  await writeFile(config, file);
  const nodes = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(parseIp);
  await expect(read({ config }, surroundings())).rejects.toThrow('is not one of the nodes');
  expect(await read({ config }, { ...surroundings(), nodes })).toMatchObject({ nodes });
  await rm(dir, { recursive: true });
});
