import { describe, expect, test } from '@jest/globals';
import { noConfiguration, readConfiguration } from './read-configuration.ts';

const surroundings = (environment: Record<string, string> = {}) => ({
  environment,
  hostName: async () => 'host.example.net',
});

// The machine that runs the tests has no configuration of its own.
describe('without a file', () => {
  test('there is no configuration unless something asks for one', async () => {
    expect(await readConfiguration({}, surroundings())).toBeNull();
  });

  test('--private takes the name of this server', async () => {
    const found = await readConfiguration({ private: true }, surroundings());
    expect(found).toMatchObject({
      domains: { krill: 'host.example.net', rrdp: 'host.example.net' },
      krill: { mode: 'own' },
      tls: { mode: 'private' },
    });
  });

  test('a formed cluster keeps its names, whatever is asked for', async () => {
    const formed = { ...surroundings(), formed: true };
    expect(await readConfiguration({ private: true }, formed)).toBeNull();
  });

  test('the environment can say it all', async () => {
    const environment = { KRILLMANAGER_TLS_MODE: 'private', KRILLMANAGER_DOMAINS: 'a.example' };
    const found = await readConfiguration({}, surroundings(environment));
    expect(found?.domains.krill).toBe('a.example');
  });

  test('one that was named is an error', async () => {
    const reading = readConfiguration({ config: '/nowhere.yaml' }, surroundings());
    await expect(reading).rejects.toMatchObject({ exitCode: 2 });
  });

  test('the smallest that is valid is shown', () => {
    expect(noConfiguration()).toMatchObject({
      message: 'there is no configuration /etc/krillmanager/krillmanager.yaml',
      hint: expect.stringContaining('  domains: rpki.example.net\n  tls:\n    mode: private'),
      exitCode: 2,
    });
  });
});
