import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { inLabHost, Lab } from '@krillmanager/testkit';

const lab = new Lab({ dir: '/var/tmp/krillmanager-lab-host', net: '10.59.0', net6: 'fd59::' });
const minuteMs = 60_000;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const address = `${lab.place.net}.1`;
const volume = '/var/lib/krillmanager/volume';
const unit = 'var-lib-krillmanager-volume.mount';

/** Runs code in the host, with this package as `host`; its result comes back as JSON. */
async function inHost<T>(code: string): Promise<T> {
  const program = `
    import * as host from ${JSON.stringify(inLabHost(here('./index.ts')))};
    import { setTimeout as sleep } from 'node:timers/promises';
    const mount = host.volumeMount();
    const result = await (async () => { ${code} })();
    console.log(JSON.stringify(result ?? null));`;
  const options = ['--disable-warning=ExperimentalWarning', '--input-type=module'];
  const argv = [inLabHost(process.execPath), ...options, '--eval', program];
  return JSON.parse(await lab.exec('h1', argv)) as T;
}

const filesCode = `
  const child = [process.execPath, '--disable-warning=ExperimentalWarning', '--eval',
    'import(${JSON.stringify(inLabHost(here('./index.ts')))}).then((m) => m.runVolumeChild("${volume}", { mounted: true }))'];
  const files = host.volumeFiles({ root: '${volume}', child, deadlineMs: 6000 });
  const access = { mode: 0o600, uid: 0, gid: 0 };`;

const pidOf = async (program: string) =>
  (await lab.exec('h1', ['pgrep', '--exact', program])).trim();
/** The mount's FUSE client, and the brick's server. */
const [client, brick] = ['glusterfs', 'glusterfsd'] as const;

jest.setTimeout(minuteMs);

beforeAll(async () => {
  await lab.down();
  await lab.up(1);
  await lab.push('h1', here(`../../../templates/units/${unit}`), `/etc/systemd/system/${unit}`);
  await lab.sh(
    'h1',
    `systemctl daemon-reload; mkdir -p /srv/krillmanager
     gluster --mode=script volume create krillmanager ${address}:/srv/krillmanager/brick force
     gluster --mode=script volume start krillmanager`,
  );
}, 3 * minuteMs);
afterAll(() => lab.down(), minuteMs);

describe("the volume's mount", () => {
  test('is made, tells its state, and can be asked for again', async () => {
    expect(await inHost('return mount.state()')).toEqual({
      mounted: false,
      answering: false,
      sinceMs: 0,
    });
    await inHost(`await mount.mount('krillmanager'); await mount.mount('krillmanager')`);
    const state = await inHost<{ sinceMs: number }>('return mount.state()');
    expect(state).toMatchObject({ mounted: true, answering: true });
    expect(Math.abs(Date.now() - state.sinceMs)).toBeLessThan(minuteMs);
  });

  test('another volume there is refused', async () => {
    await expect(inHost(`await mount.mount('other')`)).rejects.toThrow('not the volume other');
  });

  test('carries files, as GlusterFS keeps them', async () => {
    const read = `${filesCode}
      await files.directory('krill/data', { ...access, mode: 0o750, uid: 1012, gid: 1012 });
      await files.write('krill/guard/state.json', '{}', access);
      return [await files.read('krill/guard/state.json'), await files.list('krill')]`;
    expect(await inHost(read)).toEqual(['{}', ['data', 'guard']]);
    expect(await lab.sh('h1', `stat -c '%a %u' ${volume}/krill/data`)).toBe('750 1012\n');
  });

  test('leaves an immutable directory, where nobody can write what the volume would hide', async () => {
    await inHost('await mount.unmount(); await mount.unmount()');
    const refused = await lab.tryExec('h1', ['mkdir', `${volume}/krill`]);
    expect(refused.stderr).toContain('Operation not permitted');
    const write = inHost(`${filesCode} await files.write('krill/x', '', access)`);
    await expect(write).rejects.toThrow('no volume is mounted');
    await inHost(`await mount.mount('krillmanager')`);
    await lab.exec('h1', ['test', '-f', `${volume}/krill/guard/state.json`]);
  });

  test('whose client died is mounted anew, also while in use', async () => {
    const busy = lab.tryExec('h1', ['sh', '-c', `cd ${volume} && sleep 3`]);
    await lab.exec('h1', ['kill', '-KILL', await pidOf(client)]);
    expect(await inHost('return mount.state()')).toMatchObject({ mounted: true, answering: false });
    await inHost(`await mount.mount('krillmanager')`);
    expect(await inHost('return mount.state()')).toMatchObject({ mounted: true, answering: true });
    await busy;
  });

  test('whose server went comes back with it', async () => {
    await lab.sh('h1', 'systemctl restart glusterd');
    await inHost(`await mount.unmount(); await mount.mount('krillmanager')`);
    expect(await inHost('return mount.state()')).toMatchObject({ mounted: true, answering: true });
  });
});

describe('a volume that hangs', () => {
  test(
    'hangs nobody: calls fail in time, then at once, and work again afterwards',
    async () => {
      // What waits for a brick cannot be killed; what waits for a stopped client could be.
      const pid = await pidOf(brick);
      const seen = await inHost<Record<string, unknown>>(`${filesCode}
      const said = async (path) => {
        const before = Date.now();
        const text = await files.read(path).catch((error) => error.message);
        return { text, ms: Date.now() - before };
      };
      await files.write('warm', 'warm', access);
      process.kill(${pid}, 'SIGSTOP');
      let ticks = 0;
      const ticking = setInterval(() => { ticks += 1; }, 50);
      const [state, first] = await Promise.all([mount.state(), said('a')]);
      const again = [await said('b'), await said('c'), await said('d')];
      clearInterval(ticking);
      process.kill(${pid}, 'SIGCONT');
      await sleep(1000);
      return { state, first, again, ticks, after: await said('warm'), healed: await mount.state() };`);
      expect(seen['state']).toMatchObject({ mounted: true, answering: false });
      expect(seen['first']).toMatchObject({
        text: expect.stringContaining('no answer within 6 s'),
      });
      expect(seen['again']).toMatchObject([
        { text: expect.stringContaining('no answer') },
        { text: expect.stringContaining('no answer') },
        { text: expect.stringContaining('3 earlier calls hang') },
      ]);
      expect((seen['again'] as { ms: number }[])[2]?.ms).toBeLessThan(2000);
      expect(seen['ticks']).toBeGreaterThan(80);
      expect(seen['after']).toMatchObject({ text: 'warm' });
      expect(seen['healed']).toMatchObject({ answering: true });
    },
    minuteMs,
  );
});

describe('the machine', () => {
  test('calls the nodes by our names, also where /etc/hosts is a mount of its own', async () => {
    const named = `const names = host.hostNames(); await names.assign(['10.0.0.7']); return names.named()`;
    expect(await inHost(named)).toEqual(['10.0.0.7']);
    expect(await lab.sh('h1', 'getent hosts km-10-0-0-7')).toMatch(/^10\.0\.0\.7 /);
    await lab.sh('h1', 'cp /etc/hosts /run/hosts; mount --bind /run/hosts /etc/hosts');
    await inHost(`await host.hostNames().assign(['10.0.0.8'])`);
    expect(await lab.sh('h1', 'getent hosts km-10-0-0-8')).toMatch(/^10\.0\.0\.8 /);
    await lab.sh('h1', 'umount /etc/hosts');
    await inHost('await host.hostNames().assign([])');
    expect((await lab.tryExec('h1', ['getent', 'hosts', 'km-10-0-0-7'])).code).toBe(2);
  });

  test('starts, restarts and stops units through systemd', async () => {
    const text = '[Service]\nExecStart=/bin/sleep 600\n[Install]\nWantedBy=multi-user.target\n';
    await lab.sh('h1', 'cat > /etc/systemd/system/km-probe.service; systemctl daemon-reload', {
      stdin: text,
    });
    const states = `const units = host.systemdUnits(); const unit = 'km-probe.service';
      const seen = [await units.isActive(unit)];
      await units.enable(unit); await units.restart(unit); seen.push(await units.isActive(unit));
      await units.disable(unit); seen.push(await units.isActive(unit));
      return [...seen, await units.isActive('none.service')];`;
    expect(await inHost(states)).toEqual([false, true, false, false]);
    await expect(inHost(`await host.systemdUnits().enable('none.service')`)).rejects.toThrow(
      'none.service does not exist',
    );
  });
});

describe("the agent's unit", () => {
  const agent = 'krillmanager-agent.service';

  test('lets it do its work, and restarts it when its watchdog is silent', async () => {
    const program = `import * as host from ${JSON.stringify(inLabHost(here('./index.ts')))};
      const mount = host.volumeMount();
      await mount.unmount();
      await mount.mount('krillmanager');
      await host.hostNames().assign(['10.0.0.5']);
      const ports = { http: 80, https: 443, rsync: 873, balancers: 9443 };
      await host.applyClusterPorts(await host.planClusterPorts('world', { ports, gone: [] }));
      await host.lockFile('/run/krillmanager/test.lock', host.thisHolder('test')).tryLock();
      await host.notifySystemd('READY=1');
      setInterval(() => {}, 1000);`;
    const flags = '--disable-warning=ExperimentalWarning --input-type=module';
    await lab.sh(
      'h1',
      'mkdir -p /opt/krillmanager/current; cat > /opt/krillmanager/current/agent',
      {
        stdin: program,
      },
    );
    await lab.sh(
      'h1',
      `cd /opt/krillmanager/current
       printf '#!/bin/sh\nexec %s %s --eval "$(cat /opt/krillmanager/current/agent)"\n' \
         '${inLabHost(process.execPath)}' '${flags}' > krillmanager
       chmod +x krillmanager`,
    );
    await lab.push('h1', here(`../../../templates/units/${agent}`), `/etc/systemd/system/${agent}`);
    await lab.sh(
      'h1',
      `mkdir -p /run/systemd/system/${agent}.d
       printf '[Service]\nWatchdogSec=3\n' > /run/systemd/system/${agent}.d/soon.conf
       systemctl daemon-reload`,
    );
    await inHost(`await host.systemdUnits().enable('${agent}')`);
    expect(await inHost('return mount.state()')).toMatchObject({ answering: true });
    const restarts = ['systemctl', 'show', '--value', '--property=NRestarts', agent];
    const deadline = Date.now() + 20_000;
    while ((await lab.exec('h1', restarts)).trim() === '0' && Date.now() < deadline)
      await sleep(500);
    expect(Number(await lab.exec('h1', restarts))).toBeGreaterThan(0);
    await inHost(`await host.systemdUnits().disable('${agent}')`);
    await inHost('await host.hostNames().assign([])');
  });
});

describe('open-cluster-ports', () => {
  const command = (...argv: string[]) =>
    inHost<{ code: number; said: string }>(`let said = '';
      const write = (text) => { said += text; };
      const output = { stdout: write, stderr: write };
      return { code: await host.runOpenClusterPorts(${JSON.stringify(argv)}, output), said };`);

  test('opens to the world, loudly; for peers only, it keeps others out; and again', async () => {
    expect(await command()).toMatchObject({ code: 0, said: expect.stringContaining('WORLD') });
    expect(await reaches(24007)).toBe(true);
    expect(await command('--peers', '10.0.0.9')).toMatchObject({ code: 0 });
    expect(await reaches(24007)).toBe(false);
    await lab.exec('h1', ['gluster', '--mode=script', 'pool', 'list']);
    expect(await command(`--peers=10.0.0.9,${lab.place.net}.254`)).toMatchObject({ code: 0 });
    expect(await reaches(24007)).toBe(true);
    const rules = await lab.exec('h1', ['nft', 'list', 'table', 'inet', 'krillmanager']);
    expect(rules.match(/chain input/g)).toHaveLength(1);
  });

  test('only prints with --dry-run, as commands that do the same', async () => {
    await lab.exec('h1', ['nft', 'delete', 'table', 'inet', 'krillmanager']);
    const { code, said } = await command('--dry-run');
    expect(code).toBe(0);
    expect((await lab.exec('h1', ['nft', 'list', 'tables'])).includes('krillmanager')).toBe(false);
    await lab.sh('h1', said);
    await lab.exec('h1', ['nft', 'list', 'table', 'inet', 'krillmanager']);
  });

  test("uses ufw's own commands where ufw is on, and tells of a firewall it does not know", async () => {
    await lab.sh(
      'h1',
      `mkdir -p /etc/ufw; echo ENABLED=yes > /etc/ufw/ufw.conf
       printf '#!/bin/sh\\necho "$@" >> /run/ufw-said\\n' > /usr/local/sbin/ufw; chmod +x /usr/local/sbin/ufw`,
    );
    expect(await command('--peers', '10.0.0.9')).toMatchObject({ code: 0 });
    const said = await lab.exec('h1', ['cat', '/run/ufw-said']);
    expect(said).toContain('allow proto tcp from 10.0.0.9 to any port 24007:24008\n');
    await lab.sh('h1', 'rm -r /etc/ufw; iptables -P INPUT DROP');
    const closed = await command();
    await lab.sh('h1', 'iptables -P INPUT ACCEPT');
    expect(closed).toMatchObject({ code: 1, said: expect.stringContaining('ip filter INPUT') });
  });
});

/** Whether this machine, which is none of the peers, can open a connection to the host. */
async function reaches(port: number): Promise<boolean> {
  const socket: Socket = connect({ host: address, port });
  const late = setTimeout(() => socket.destroy(new Error('late')), 1500);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(late);
    socket.destroy();
  }
}
