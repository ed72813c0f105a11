import { describe, expect, test } from '@jest/globals';
import { UserError } from '../model/user-error.ts';
import { parseConfiguration } from './parse-configuration.ts';

const smallest = `domains:
  krill: krill.example.net
  rrdp: rrdp.example.net
  rsync: rsync.example.net
krill:
  mode: own
tls:
  mode: private
`;

const parse = (text: string) => parseConfiguration(text, 'km.yaml');

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
      tls: { mode: 'private' },
      rsyncMaxConnections: 200,
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

  test('may say how many rsync clients are served', () => {
    expect(parse(`${smallest}rsync: { maxConnections: 9 }`).rsyncMaxConnections).toBe(9);
    expect(parse(`${smallest}rsync: {}`).rsyncMaxConnections).toBe(200);
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
      expect.stringMatching(/^km\.yaml:2:10 domains\.krill: is not a domain name$/),
      expect.stringMatching(/^km\.yaml:3:9 domains\.rrdp: is not a domain name$/),
      expect.stringMatching(/^km\.yaml:2:3 domains\.rsync: .*expected string/),
      expect.stringMatching(/^km\.yaml:6:8 krill\.cas: .*>=1/),
      expect.stringMatching(/^km\.yaml:7:9 krill\.roas: .*expected number/),
      expect.stringMatching(/^km\.yaml:9:9 tls\.mode: .*"private"/),
      expect.stringMatching(/^km\.yaml:11:19 rsync\.maxConnections: .*expected int/),
      expect.stringMatching(/^km\.yaml:12:1 extra: is not known here$/),
    ]);
  });

  test.each([
    [
      'an unknown key below',
      smallest.replace('mode: own', 'mode: own\n  cass: 3'),
      /^km\.yaml:7:3 krill\.cass: is not known here$/,
    ],
    ['an unknown mode', smallest.replace('mode: own', 'mode: owm'), /^km\.yaml:6:9 krill\.mode: /],
    [
      'a list for a map',
      smallest.replace('tls:\n  mode: private', 'tls: [private]'),
      /^km\.yaml:7:6 tls: .*expected object/,
    ],
    ['no text at all', '', /^km\.yaml the document: .*expected object/],
    ['a text', 'krill', /^km\.yaml:1:1 the document: .*expected object/],
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
