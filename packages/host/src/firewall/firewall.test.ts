import { describe, expect, jest, test } from '@jest/globals';
import { parseIp, usualSettings } from '@krillmanager/core';
import { closingChains } from './closing-chains.ts';
import { firewalldCommands } from './firewalld.ts';
import { nftRuleset } from './nft-ruleset.ts';
import { runOpenClusterPorts } from './run-open-cluster-ports.ts';
import { ufwCommands, ufwEnabled } from './ufw.ts';

const peers = ['10.0.0.2', 'fd55::3'].map(parseIp);
const gone = [parseIp('10.0.0.8')];
const wish = { ports: usualSettings.ports, gone };
const lines = (text: string) => text.split('\n').map((line) => line.trim());

describe('the ruleset', () => {
  test('for the world drops nothing', () => {
    const ruleset = nftRuleset('world');
    expect(lines(ruleset)).toContain(
      'tcp dport { 80, 443, 873, 9443, 9655, 2377, 7946, 24007-24008, 49152-49251, 3000, 9654 } accept',
    );
    expect(lines(ruleset)).toContain('udp dport { 7946, 4789 } accept');
    expect(ruleset).not.toContain('drop');
  });

  test('opens the ports that NGINX and rsyncd have', () => {
    const ports = { ...usualSettings.ports, http: 8080, https: 8443, rsync: 8873 };
    expect(lines(nftRuleset(peers, ports))).toContain(
      'tcp dport { 8080, 8443, 8873, 9443, 9655 } accept',
    );
  });

  test('for peers accepts them by family and drops the others, new connections only', () => {
    const servers = 'tcp dport { 2377, 7946, 24007-24008, 49152-49251, 3000, 9654 }';
    expect(lines(nftRuleset(peers))).toEqual(
      expect.arrayContaining([
        'tcp dport { 80, 443, 873, 9443, 9655 } accept',
        `ip saddr { 10.0.0.2 } ${servers} accept`,
        `ip6 saddr { fd55::3 } ${servers} accept`,
        `${servers} tcp flags & (fin | syn | rst | ack) == syn drop`,
        'udp dport { 7946, 4789 } drop',
      ]),
    );
    expect(nftRuleset(peers.slice(0, 1))).not.toContain('ip6 saddr');
  });
});

describe('ufw', () => {
  test('opens by its own commands', () => {
    expect(ufwCommands('world', wish)).toContainEqual(['ufw', 'allow', '49152:49251/tcp']);
    const narrowed = ufwCommands(peers, wish).map((argv) => argv.join(' '));
    expect(narrowed).toContain('ufw allow 873/tcp');
    expect(narrowed).toContain('ufw allow proto udp from fd55::3 to any port 7946');
    expect(narrowed).toContain('ufw --force delete allow 24007:24008/tcp');
    expect(narrowed).not.toContain('ufw allow 3000/tcp');
    expect(narrowed).toContain(
      'ufw --force delete allow proto tcp from 10.0.0.8 to any port 24007:24008',
    );
  });

  const confs: [conf: string, enabled: boolean][] = [
    ['', false],
    ['# ENABLED=yes\nENABLED=no\n', false],
    ['LOGLEVEL=low\nENABLED=yes\n', true],
  ];
  test.each(confs)('by %j it is on: %p', (conf, enabled) => {
    expect(ufwEnabled(conf)).toBe(enabled);
  });
});

test('firewalld opens by its own commands, and is reloaded at the end', () => {
  const world = firewalldCommands('world', wish).map((argv) => argv.join(' '));
  expect(world).toContain('firewall-cmd --permanent --quiet --add-port=49152-49251/tcp');
  expect(world.at(-1)).toBe('firewall-cmd --reload');
  const narrowed = firewalldCommands(peers, wish).map((argv) => argv.at(-1));
  expect(narrowed).toContain(
    '--add-rich-rule=rule family="ipv6" source address="fd55::3" port port="4789" protocol="udp" accept',
  );
  expect(narrowed).toContain('--remove-port=3000/tcp');
  expect(narrowed).toContain(
    '--remove-rich-rule=rule family="ipv4" source address="10.0.0.8" port port="9654" protocol="tcp" accept',
  );
});

test('chains of others that drop what they do not allow are found', () => {
  const chain = (table: string, hook: string, policy: string) => ({
    chain: { family: 'ip', table, name: 'INPUT', hook, policy },
  });
  const json = JSON.stringify({
    nftables: [
      { metainfo: { version: '1.0.6' } },
      chain('filter', 'input', 'drop'),
      chain('nat', 'prerouting', 'drop'),
      chain('open', 'input', 'accept'),
      chain('krillmanager', 'input', 'drop'),
      { chain: { family: 'ip', table: 'filter', name: 'regular' } },
    ],
  });
  expect(closingChains(json)).toEqual(['ip filter INPUT']);
});

describe('open-cluster-ports', () => {
  const run = async (...argv: string[]) => {
    const said = { stdout: '', stderr: '' };
    const code = await runOpenClusterPorts(argv, {
      stdout: (text) => (said.stdout += text),
      stderr: (text) => (said.stderr += text),
    });
    return { code, ...said };
  };

  test('explains itself', async () => {
    expect(await run('--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Usage: open-cluster-ports'),
    });
  });

  test('is for root, also when it only prints', async () => {
    const uid = jest.spyOn(process, 'getuid').mockReturnValue(1000);
    expect(await run('--dry-run')).toEqual({
      code: 1,
      stdout: '',
      stderr: '✗ open-cluster-ports has to be run as root\n  sudo open-cluster-ports\n',
    });
    uid.mockRestore();
  });

  const wrong: [argv: string[], said: string][] = [
    [['--peers', '10.0.0.1,x'], '--peers: "x" is not an IP address'],
    [['--peers', '127.0.0.1'], '--peers: "127.0.0.1" is not the address of a server'],
    [['--peers='], '--peers: "" is not an IP address'],
    [['--world', '--peers=10.0.0.1'], '--world and --peers exclude each other'],
    [['--open'], "Unknown option '--open'"],
    [['10.0.0.1'], 'Unexpected argument'],
  ];
  test.each(wrong)('%j is wrong usage', async (argv, said) => {
    expect(await run(...argv)).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
  });
});
