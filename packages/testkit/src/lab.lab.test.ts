import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Lab, type LabHost } from './lab.ts';
import { runProgram } from './run-program.ts';

const place = { dir: '/var/tmp/krillmanager-lab-test', net: '10.56.0', net6: 'fd56::' };
const lab = new Lab(place);
const program = fileURLToPath(new URL('../../../scripts/lab', import.meta.url));
const minuteMs = 60_000;

beforeAll(() => lab.down(), minuteMs);
afterAll(() => lab.down(), minuteMs);

describe('a running lab', () => {
  beforeAll(() => lab.up(2), 4 * minuteMs);

  test('has hosts with systemd, dockerd, glusterd and their own names', async () => {
    const { hosts } = await lab.status();
    expect(hosts.map(({ name, ip, ip6, state }) => [name, ip, ip6, state])).toEqual([
      ['h1', '10.56.0.1', 'fd56::1', 'running'],
      ['h2', '10.56.0.2', 'fd56::2', 'running'],
    ]);
    for (const { name } of hosts) {
      expect(await lab.exec(name, ['systemctl', 'is-system-running'])).toBe('running\n');
      expect(await lab.exec(name, ['docker', 'info', '-f', '{{.Driver}} {{.Name}}'])).toBe(
        `overlay2 ${name}\n`,
      );
      await lab.exec(name, ['gluster', '--mode=script', 'pool', 'list']);
      expect(await lab.exec(name, ['getent', 'ahostsv4', 'krill.lab'])).toContain(
        `10.56.0.${name.slice(1)}`,
      );
      expect(await lab.exec(name, ['getent', 'ahostsv6', 'rrdp.lab'])).toContain(
        `fd56::${name.slice(1)}`,
      );
    }
  });

  test('is reached by this machine, also at each dockerd', async () => {
    const { hosts } = await lab.status();
    for (const { docker } of hosts) {
      const url = 'http://localhost/_ping';
      const ping = await run('curl', ['-s', '--unix-socket', docker ?? '', url]);
      expect(ping.stdout).toBe('OK');
    }
  });

  test('runs commands as they are given, with their input and exit code', async () => {
    expect(await lab.exec('h1', ['printf', '%s|', 'a b', '$HOME', '*'])).toBe('a b|$HOME|*|');
    expect(await lab.exec('h1', ['cat'], { stdin: 'in\n' })).toBe('in\n');
    expect(await lab.tryExec('h1', ['sh', '-c', 'exit 7'])).toMatchObject({ code: 7 });
    expect(await lab.exec('h1', ['env'])).not.toContain('KRILLMANAGER_LAB');
    const late = await lab.tryExec('h1', ['sleep', '4242'], { deadlineMs: 500 });
    expect(late.signal).toBe('SIGKILL');
    expect((await lab.tryExec('h1', ['pgrep', '-f', '^sleep 4242'])).code).toBe(1);
  });

  test('cannot write to this machine', async () => {
    const probe = '/usr/local/sbin/krillmanager-lab-probe';
    await lab.sh(
      'h1',
      `echo host > ${probe}; rm -rf /usr/share/doc/bash; chown 1:1 /usr/local/bin`,
    );
    expect(existsSync(probe)).toBe(false);
    expect(existsSync('/usr/share/doc/bash')).toBe(true);
    expect((await run('stat', ['-c', '%u', '/usr/local/bin'])).stdout).toBe('0\n');
    expect(
      (await lab.tryExec('h1', ['sh', '-c', 'echo 3 > /proc/sys/vm/drop_caches'])).code,
    ).not.toBe(0);
  });

  test('mounts nothing of this machine but its own disk, and opens no other', async () => {
    const disk = `${place.dir}/h1/disk.img`;
    const sources = await lab.exec('h1', [
      'findmnt',
      '-rno',
      'SOURCE',
      '-t',
      'ext4,xfs,btrfs,ext3',
    ]);
    const loop = (await run('losetup', ['-nO', 'NAME', '-j', disk])).stdout.trim();
    for (const source of sources.trim().split('\n')) {
      expect([disk, loop]).toContain(source.replace(/\[.*/, ''));
    }
    const [major, minor] = (await run('stat', ['-c', '%Hr %Lr', loop])).stdout.trim().split(' ');
    const open = `mknod /root/disk b ${major} ${minor}; head -c 1 /root/disk`;
    if (!existsSync('/sys/fs/cgroup/cgroup.controllers')) {
      expect((await lab.tryExec('h1', ['sh', '-c', open])).code).not.toBe(0);
    }
  });

  test('a cut host keeps its addresses and runs on, and is reached again after join', async () => {
    await listen('h2', 8001);
    expect(await eventually(() => reaches('fd56::2', 8001))).toBe(true);
    await lab.cut('h2');
    expect(await stateOf('h2')).toBe('cut');
    expect(await reaches('10.56.0.2', 8001)).toBe(false);
    await lab.sh(
      'h2',
      'curl -s -o /dev/null http://10.56.0.2:8001/ && curl -s -o /dev/null "http://[fd56::2]:8001/"',
    );
    await lab.join('h2');
    expect(await eventually(() => reaches('10.56.0.2', 8001))).toBe(true);
    expect(await eventually(() => reaches('fd56::2', 8001))).toBe(true);
  });

  test('a frozen host stands still until it is thawed', async () => {
    await lab.sh(
      'h2',
      `systemd-run --unit=count sh -c "while :; do date +%N > /run/count; sleep 0.02; done"
       until [ -s /run/count ]; do sleep 0.02; done`,
    );
    await lab.freeze('h2');
    expect(await stateOf('h2')).toBe('frozen');
    const count = `/proc/${(await statusOf('h2')).pid}/root/run/count`;
    const before = readFileSync(count, 'utf8');
    await sleep(300);
    expect(readFileSync(count, 'utf8')).toBe(before);
    expect((await lab.tryExec('h2', ['true'])).code).toBe(125);
    await lab.thaw('h2');
    expect(await eventually(async () => readFileSync(count, 'utf8') !== before)).toBe(true);
  });

  test(
    'power loss ends every process and keeps disk, root and addresses',
    async () => {
      const { pid } = await statusOf('h2');
      const bootId = await lab.exec('h2', ['cat', '/proc/sys/kernel/random/boot_id']);
      await lab.sh('h2', 'echo kept > /etc/probe; echo kept > /srv/probe; sync');
      await lab.kill('h2');
      expect(await stateOf('h2')).toBe('off');
      expect(existsSync(`/proc/${pid}`)).toBe(false);
      expect((await lab.tryExec('h2', ['true'])).code).toBe(125);
      await lab.boot('h2');
      expect(await lab.exec('h2', ['cat', '/etc/probe', '/srv/probe'])).toBe('kept\nkept\n');
      expect(await lab.exec('h2', ['ip', '-br', 'address', 'show', 'eth0'])).toMatch(
        /10\.56\.0\.2.*fd56::2/,
      );
      expect(await lab.exec('h2', ['cat', '/proc/sys/kernel/random/boot_id'])).not.toBe(bootId);
    },
    minuteMs,
  );

  test(
    'up adds what is missing and repairs what is broken',
    async () => {
      const before = await statusOf('h1');
      await lab.kill('h2');
      // What a crash may leave: a pid that is another's by now, half a disk, a loop device, an interface.
      writeFileSync(`${place.dir}/h2/pid`, '1\n');
      writeFileSync(`${place.dir}/h2/disk.img.new`, 'half a disk');
      await run('losetup', ['-f', `${place.dir}/h2/disk.img`]);
      const { bridge } = await lab.status();
      await run('ip', ['link', 'add', `${bridge.replace('kmb', 'km')}h2`, 'type', 'bridge']);
      await lab.up(2);
      expect(await stateOf('h2')).toBe('running');
      expect((await statusOf('h1')).pid).toBe(before.pid);
    },
    minuteMs,
  );

  test('down leaves nothing behind', async () => {
    const { bridge, hosts } = await lab.status();
    expect(await traces(bridge)).not.toEqual([]);
    await lab.down();
    expect(await traces(bridge)).toEqual([]);
    for (const { pid } of hosts) expect(existsSync(`/proc/${pid}`)).toBe(false);
    await lab.down();
  });
});

describe('when "up" was killed in the middle', () => {
  test.each([300, 900])(
    'after %d ms, down leaves nothing behind',
    async (afterMs) => {
      await killedUp(afterMs);
      const { bridge } = await lab.status();
      await lab.down();
      expect(await traces(bridge)).toEqual([]);
    },
    minuteMs,
  );

  test(
    'up brings every host to life',
    async () => {
      await killedUp(600);
      await lab.up(2);
      expect((await lab.status()).hosts.map(({ state }) => state)).toEqual(['running', 'running']);
    },
    2 * minuteMs,
  );
});

test('a wrong command line is told from a failure', async () => {
  const env = { ...process.env, LAB_DIR: place.dir };
  for (const argv of [
    [],
    ['fly'],
    ['up'],
    ['up', 'many'],
    ['cut'],
    ['exec', 'h1'],
    ['status', '-x'],
  ]) {
    expect(await runProgram(program, argv, { env, deadlineMs: 5_000 })).toMatchObject({ code: 2 });
  }
  expect(await runProgram(program, ['--help'], { env, deadlineMs: 5_000 })).toMatchObject({
    code: 0,
  });
});

const run = (file: string, argv: readonly string[]) =>
  runProgram(file, argv, { env: process.env, deadlineMs: 10_000 });

async function statusOf(host: LabHost) {
  const found = (await lab.status()).hosts.find(({ name }) => name === host);
  if (!found) throw new Error(`no host ${host}`);
  return found;
}

const stateOf = async (host: LabHost) => (await statusOf(host)).state;

const listen = (host: LabHost, port: number) =>
  lab.sh(host, `systemd-run --unit=listen python3 -m http.server --bind :: ${port}`);

async function eventually(check: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    if (await check()) return true;
    await sleep(100);
  }
  return false;
}

const reaches = (address: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 1000 });
    const done = (reached: boolean) => () => {
      socket.destroy();
      resolve(reached);
    };
    socket.on('connect', done(true)).on('error', done(false)).on('timeout', done(false));
  });

async function killedUp(afterMs: number): Promise<void> {
  const env = { ...process.env, LAB_DIR: place.dir, LAB_NET: place.net, LAB_NET6: place.net6 };
  const up: ChildProcess = spawn(program, ['up', '2'], { env, stdio: 'ignore' });
  await sleep(afterMs);
  up.kill('SIGKILL');
}

/** Every trace of the lab on this machine, whichever way it shows. */
async function traces(bridge: string): Promise<readonly string[]> {
  const id = bridge.replace('kmb', '');
  const lines = async (file: string, argv: readonly string[]) =>
    (await run(file, argv)).stdout.split('\n');
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => cgroupsOf(pid).includes(`krillmanager-lab-${id}/`));
  return [
    ...processes.map((pid) => `process ${pid}`),
    ...(existsSync(place.dir) ? [place.dir] : []),
    ...readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(place.dir)),
    ...readdirSync('/sys/class/net').filter((name) => name.startsWith('km') && name.includes(id)),
    ...(await lines('losetup', ['-nlO', 'NAME,BACK-FILE'])).filter((line) =>
      line.includes(place.dir),
    ),
    ...(await lines('find', ['/sys/fs/cgroup', '-maxdepth', '2', '-name', `*-lab-${id}`])).filter(
      Boolean,
    ),
    ...(await lines('lsns', ['-rno', 'NS,COMMAND'])).filter((line) => line.includes(place.dir)),
    ...(await lines('ip', ['netns', 'list'])).filter((line) => line.includes(id)),
  ];
}

/** Empty for a process that has ended, also while the machine's pid 1 has yet to collect it. */
function cgroupsOf(pid: string): string {
  try {
    if (/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return '';
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  } catch {
    return '';
  }
}
