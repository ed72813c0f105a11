import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { inLabHost, Lab } from '../../../testkit/src/lab.ts';

const lab = new Lab({
  dir: '/var/tmp/krillmanager-lab-initialise',
  net: '10.62.0',
  net6: 'fd62::',
});
const minuteMs = 60_000;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const supervisor = fileURLToPath(new URL('./testing/real-supervisor.ts', import.meta.url));
const socket = 'KRILL_CLI_SERVER=unix:///tmp/krill.sock';

jest.setTimeout(5 * minuteMs);

beforeAll(async () => {
  await lab.down();
  await lab.up(1);
  const binaries = execFileSync(here('../../../../scripts/cargo-tool'), ['krill'])
    .toString()
    .trim();
  for (const name of ['krill', 'krillc']) {
    await lab.push('h1', `${binaries}/${name}`, `/usr/local/bin/${name}`);
  }
}, 10 * minuteMs);
afterAll(() => lab.down(), minuteMs);

/** As "init" prepares it for a mode; the directory need not be a volume. */
async function prepare(krill: object): Promise<void> {
  const domains = { krill: 'krill.lab', rrdp: 'rrdp.lab', rsync: 'rsync.lab' };
  const records = {
    'cluster.json': { id: 'cluster-1', epoch: 1 },
    'settings.json': { nodes: [`${lab.place.net}.1`], domains, krill, logLevel: 'warn' },
    'permit.json': { id: '1' },
  };
  const directories = '/var/krill/guard /var/krill/data /var/krill/ta /run/supervisor';
  await lab.sh('h1', `rm -rf /var/krill; mkdir -p ${directories}`);
  await lab.sh('h1', 'cat > /var/krill/guard/admin-token', { stdin: 'a "quoted" \\ token\n' });
  for (const [name, record] of Object.entries(records)) {
    await lab.sh('h1', `cat > /var/krill/guard/${name}`, { stdin: JSON.stringify(record) });
  }
}

const program = [
  inLabHost(process.execPath),
  '--disable-warning=ExperimentalWarning',
  inLabHost(supervisor),
  'cluster-1',
  inLabHost(here('../../../../templates')),
].join(' ');

/** Until Krill is initialised, or the supervisor says why not; then shell commands, then the end. */
async function supervised(commands: string): Promise<string> {
  const script = `export ${socket}
    ${program} 2> /tmp/said & supervisor=$!
    until grep -Eq 'is initialised|not started|starting Krill' /tmp/said; do sleep 0.2; done
    until grep -q 'not started' /tmp/said || krillc health; do sleep 0.2; done
    cat /tmp/said; ${commands}
    kill $supervisor; wait $supervisor`;
  return lab.sh('h1', script, { deadlineMs: 3 * minuteMs });
}

test('a real Krill gets a CA that publishes in a repository of its own', async () => {
  await prepare({ mode: 'own', ca: 'main' });
  const shown = await supervised(
    'krillc list; krillc pubserver publishers list; krillc repo status --ca main',
  );
  expect(shown).toContain('Krill is initialised');
  expect(shown).toMatch(/^main$/m);
  expect(shown).toContain('Publishers: main');
  expect(shown).toContain('Status: success');
  expect(await lab.sh('h1', 'cat /var/krill/guard/state.json')).toBe('{"state":"initialised"}');
  await lab.exec('h1', ['test', '-s', '/var/krill/data/repo/rrdp/notification.xml']);
});

/** The supervisor and its Krill, killed so long after Krill was started. */
const killedAfter = (seconds: number): Promise<string> =>
  lab.sh(
    'h1',
    `export ${socket}
    ${program} 2> /tmp/said & supervisor=$!
    until grep -Eq 'initialis|not started|starting Krill' /tmp/said; do sleep 0.02; done
    sleep ${seconds}; kill -KILL $supervisor; cat /tmp/said
    while pgrep -x krill; do sleep 0.05; done; cat /var/krill/guard/state.json`,
  );

test('an initialisation that is killed again and again goes on where it died', async () => {
  await prepare({ mode: 'own', ca: 'main' });
  const begun = '{"state":"initialising","mode":"own"}';
  const ends: string[] = [];
  for (const seconds of [0, 0.2, 0.4, 0.6, 0.8, 1.2]) {
    const said = await killedAfter(seconds);
    ends.push(said.slice(said.lastIndexOf('{')));
  }
  // How many it takes depends on the machine.
  expect(ends[0]).toBe(begun);
  const shown = await supervised(
    'krillc list; krillc pubserver publishers list; krillc repo status --ca main',
  );
  expect(shown).toMatch(/^main$/m);
  expect(shown).toContain('Publishers: main');
  expect(shown).toContain('Status: success');
  expect(await lab.sh('h1', 'cat /var/krill/guard/state.json')).toBe('{"state":"initialised"}');
});

test('and only a CA where another repository is used', async () => {
  await prepare({ mode: 'third-party', ca: 'other' });
  const shown = await supervised('krillc list; krillc repo request --ca other');
  expect(shown).toMatch(/^other$/m);
  expect(shown).toContain('<publisher_request');
});
