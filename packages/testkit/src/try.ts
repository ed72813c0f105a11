import { parseIp, type SingletonSpec } from '@krillmanager/core';
import { dockerContainers, dockerSwarm } from '@krillmanager/docker';

const sock = (n: number) => ({ socketPath: `/var/tmp/kmc/d${n}/docker.sock` });
const t0 = Date.now();
const log = (...a: unknown[]) => console.log(((Date.now() - t0) / 1000).toFixed(2), ...a);
const timed = async (w: string, p: () => Promise<unknown>) => {
  const t = Date.now();
  try {
    const r = await p();
    log(w, Date.now() - t, 'ms', JSON.stringify(r) ?? '');
  } catch (e) {
    log(w, Date.now() - t, 'ms', String(e));
  }
};
const s = [1, 2, 3].map((n) => dockerSwarm(sock(n))) as any[];
const ip = (n: number) => parseIp(`fd58:9::${n}`);
for (const x of s) await x.leave();
await timed('init v6', () => s[0].init(ip(1)));
const token = await s[0].joinToken();
for (const n of [2, 3]) await timed('join v6', () => s[n - 1].join([ip(1)], token, ip(n)));
log(JSON.stringify(await s[1].membership()), JSON.stringify(await s[0].nodes()));
const ids = (await Promise.all(s.map((x) => x.membership()))).map((m: any) => m.nodeId);
for (const i of [1, 2]) await timed('promote', () => s[0].setRole(ids[i], 'manager'));
for (const i of [0, 1, 2]) await s[0].setLabel(ids[i], 'ok', 'y');
const image = '127.0.0.1:9/krillmanager/box:1';
const one: SingletonSpec = {
  name: 'one',
  image,
  argv: [
    '/bin/sh',
    '-c',
    'id > /t/out; ulimit -n >> /t/out; grep -E "Cap|NoNew" /proc/self/status >> /t/out; ls -ld /t >> /t/out; grep " /t " /proc/mounts >> /t/out; while :; do sleep 0.1; done',
  ],
  env: {},
  user: '1012:1012',
  capabilities: ['NET_BIND_SERVICE'],
  mounts: [{ type: 'tmpfs', target: '/t', sizeBytes: 1 << 20, mode: 0o1777 }],
  memoryBytes: 64 << 20,
  pids: 50,
  nofile: 65536,
  stopSignal: 'SIGTERM',
  stopGraceSeconds: 2,
  health: null,
  requireLabels: { ok: 'y' },
  restartDelaySeconds: 1,
};
const running = async (h?: string) => {
  const t = Date.now();
  for (;;) {
    const [v] = await s[0].services();
    if (v.running) return log('running after', Date.now() - t);
    await new Promise((r) => setTimeout(r, 50));
  }
};
await s[0].applyService(one);
await running();
await s[0].applyService({ ...one, env: { A: '1' } });
await running();
const c = dockerContainers(sock(1));
await timed('eat memory', () =>
  c.runOnce(
    { ...one, argv: ['/bin/sh', '-c', 'head -c 200000000 /dev/zero | tail | wc -c'], mounts: [] },
    { stdin: null, stdout: (b) => process.stdout.write(b), stderr: (b) => process.stdout.write(b) },
  ),
);
await timed('nofile 2M', () =>
  c.runOnce(
    { ...one, nofile: 2_000_000, argv: ['/bin/sh', '-c', 'ulimit -n'], mounts: [] },
    { stdin: null, stdout: (b) => process.stdout.write(b), stderr: (b) => process.stdout.write(b) },
  ),
);
await timed('pids', () =>
  c.runOnce(
    {
      ...one,
      pids: 5,
      argv: ['/bin/sh', '-c', 'for i in 1 2 3 4 5 6 7; do sleep 1 & done; wait'],
      mounts: [],
    },
    { stdin: null, stdout: (b) => process.stdout.write(b), stderr: (b) => process.stdout.write(b) },
  ),
);
log(ids);
