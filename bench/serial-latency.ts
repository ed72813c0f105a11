/**
 * From Krill's notification on the volume until all nodes serve it: p50 and p99.
 *
 * Needs a cluster in the lab (scripts/quickstart). The clock begins when the notification with a new
 * serial is seen on a brick, and ends when the last node's NGINX gives out that serial, or a later one.
 *
 * Usage: node bench/serial-latency.ts [SERIALS]   (default: 200; LAB_DIR, LAB_NET, LAB_NET6 as usual)
 */
import { spawn } from 'node:child_process';
import { loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inLabHost } from '../packages/testkit/src/lab.ts';
import { NodeFetcher } from '../packages/testkit/src/proof/node-fetcher.ts';
import { Publishing } from '../packages/testkit/src/proof/publisher.ts';
import { formedCluster, percentile, serialOf } from './formed-cluster.ts';

const everyMs = 1500;
const pollMs = 20;
const brick = '/srv/krillmanager/brick/krill/data/repo/rrdp/notification.xml';

const { ips, ca, token } = await formedCluster();

/** When each serial was first seen on a brick, and by each node; by this machine's one clock, in ms. */
const written = new Map<number, number>();
const served = new Map(ips.map((ip) => [ip, new Map<number, number>()]));

const watcher = watchBrick();
const fetcher = new NodeFetcher(ips, ca);
let isOver = false;
const polling = ips.map(async (ip) => {
  for (let last = 0; !isOver; await sleep(pollMs)) {
    const { body } = await fetcher.getFrom(ip, '/rrdp/notification.xml');
    const serial = serialOf(body);
    if (serial > last) served.get(ip)?.set(serial, Date.now());
    last = Math.max(last, serial);
  }
});

const wanted = Number(process.argv[2] ?? 200);
const publisher = new Publishing({ ips, ca, token }, everyMs);
while (written.size < wanted + 1 && publisher.failures.length < 20) await sleep(100);
await publisher.stop();
await sleep(6000);
isOver = true;
await Promise.all(polling);
watcher.kill();
fetcher.close();
print();

/** Nothing tells of a change on a brick but looking; it is a local disk, so a look costs nothing. */
function watchBrick() {
  const script = `
    const { readFileSync, statSync } = require('node:fs');
    let last = '';
    setInterval(() => {
      try {
        const { ino, mtimeMs } = statSync('${brick}');
        if (last === ino + ' ' + mtimeMs) return;
        const now = Date.now();
        const [, serial] = / serial="(\\d+)"/.exec(readFileSync('${brick}', 'latin1')) ?? [];
        if (last !== '' && serial) console.log(serial, now);
        last = ino + ' ' + mtimeMs;
      } catch {}
    }, 5);`;
  const program = fileURLToPath(new URL('../scripts/lab', import.meta.url));
  const argv = ['exec', 'h1', '--', inLabHost(process.execPath), '-e', script];
  const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [serial, at] = line.split(' ').map(Number);
    if (serial !== undefined && at !== undefined) written.set(serial, at);
  });
  return child;
}

/** A node that skipped the serial serves it when it serves a later one. */
function servedAt(ip: string, serial: number): number {
  const times = [...(served.get(ip) ?? [])].filter(([its]) => its >= serial).map(([, at]) => at);
  return Math.min(...times);
}

function print(): void {
  const latencies: number[] = [];
  const spreads: number[] = [];
  for (const [serial, at] of written) {
    const times = ips.map((ip) => servedAt(ip, serial));
    if (times.includes(Infinity)) continue;
    latencies.push(Math.max(...times) - at);
    spreads.push(Math.max(...times) - Math.min(...times));
  }
  const row = (values: number[]) => [50, 90, 99, 100].map((p) => percentile(values, p));
  console.log(`${ips.length} nodes, ${latencies.length} serials, load ${loadavg()[0]?.toFixed(1)}`);
  console.log('ms, p50 p90 p99 max');
  console.log(`Krill's notification to all nodes serving: ${row(latencies).join(' ')}`);
  console.log(`first node to last: ${row(spreads).join(' ')}`);
  if (publisher.failures.length > 0)
    console.log(`Krill: ${publisher.failures.length} failures`, publisher.failures.slice(0, 3));
}
