/**
 * From the call of Krill's API for a ROA until the last node serves it over RRDP: p50 and p99.
 *
 * Needs a cluster in the lab that publishes nothing else meanwhile (scripts/quickstart): then the
 * next serial is the one with our change. Printed beside it, as the floor: Krill's own answer.
 *
 * Usage: node bench/roa-latency.ts [CALLS]   (default: 50; LAB_DIR, LAB_NET, LAB_NET6 as usual)
 */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { NodeFetcher } from '../packages/testkit/src/proof/node-fetcher.ts';
import { Publisher } from '../packages/testkit/src/proof/publisher.ts';
import { formedCluster, percentile, serialOf } from './formed-cluster.ts';

const pollMs = 20;
const patienceMs = 30_000;
const quietMs = 2000;

const { ips, ca, token } = await formedCluster();
const fetcher = new NodeFetcher(ips, ca);
const publisher = new Publisher({ ips, ca, token });

const calls = Number(process.argv[2] ?? 50);
const answers: number[] = [];
const latencies: number[] = [];
for (let call = 0; call < calls; call += 1) await measure(call % 2 === 0);
if (calls % 2 === 1) await publisher.publish(false);
publisher.close();
fetcher.close();
print();

async function measure(isThere: boolean): Promise<void> {
  await sleep(quietMs);
  const before = Math.max(...(await Promise.all(ips.map(servedSerial))));
  const began = performance.now();
  const answered = publisher.publish(isThere).then(() => answers.push(performance.now() - began));
  await Promise.all([answered, ...ips.map((ip) => servesAfter(ip, before, began))]);
  latencies.push(performance.now() - began);
}

async function servesAfter(ip: string, serial: number, began: number): Promise<void> {
  while ((await servedSerial(ip)) <= serial) {
    if (performance.now() - began > patienceMs) throw new Error(`${ip} stays at serial ${serial}`);
    await sleep(pollMs);
  }
}

async function servedSerial(ip: string): Promise<number> {
  const { body } = await fetcher.getFrom(ip, '/rrdp/notification.xml');
  return serialOf(body);
}

function print(): void {
  const row = (values: number[]) =>
    [50, 90, 99].map((p) => percentile(values, p).toFixed(0)).join(' ');
  console.log(`${ips.length} nodes, ${calls} calls, load ${loadavg()[0]?.toFixed(1)}`);
  console.log('ms, p50 p90 p99');
  console.log(`API call until Krill answers:               ${row(answers)}`);
  console.log(`API call until the last node serves the ROA: ${row(latencies)}`);
}
