/**
 * NGINX and rsyncd as configured on a node, beside the same programs with the configuration that
 * Debian ships, on the same files of the same lab host: requests a second, MB a second, and 200
 * rsync clients at once.
 *
 * Usage (as root, after scripts/build): node bench/serve.ts [ROUNDS]   (default: 3)
 * The lab is that of LAB_DIR, LAB_NET and LAB_NET6. Needs wrk.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterSettings, parseIp, usualSettings } from '../packages/core/src/index.ts';
import { Lab, labPlaceFromEnvironment } from '../packages/testkit/src/lab.ts';
import { runProgram } from '../packages/testkit/src/run-program.ts';
import { Publication } from '../packages/testkit/src/web/publication.ts';
import { servingCertificates } from '../packages/testkit/src/web/serving-certificates.ts';
import { ServingNode } from '../packages/testkit/src/web/serving-node.ts';

const rounds = Number(process.argv[2] ?? 3);
const objects = 3000;
const changed = 20;
const clients = 200;
const secondsEach = 4;
const lab = new Lab(labPlaceFromEnvironment(process.env));
const node = new ServingNode(lab, 'h1');
const publication = new Publication(lab, [node]);

const bareNginx = (original: string): string =>
  original
    .replace(/include \/etc\/nginx\/sites-enabled\/\*;/, 'include /bare/site.conf;')
    .replace('pid /run/nginx.pid', 'pid /run/bare.pid');
const site = `
server {
  listen 444 ssl;
  ssl_certificate /serving/tls/server.pem;
  ssl_certificate_key /serving/tls/server.key;
  location /rrdp/ { root /publish; }
}
`;
const bareRsyncd = `
port = 874
log file = /dev/stdout
[repo]
path = /publish/rsync/current/
`;

async function start(): Promise<void> {
  await lab.up(1);
  await node.install();
  const certificates = await servingCertificates(['krill.lab', 'rrdp.lab', 'rsync.lab']);
  await publication.next(objects);
  await publication.next(changed);
  const settings: ClusterSettings = {
    ...usualSettings,
    domains: { krill: 'krill.lab', rrdp: 'rrdp.lab', rsync: 'rsync.lab' },
    krill: { mode: 'own', ca: 'ca' },
    // One address asks for everybody here, as a balancer does.
    access: { ...usualSettings.access, balancers: [`${lab.place.net}.254`] },
    release: (await node.release()).release,
    nodes: [parseIp(node.ip)],
  };
  await node.apply(settings, certificates);
  await startBare();
  await node.sh(`until [ -e /var/lib/krillmanager/publish/rsync/current/ca/0.roa ] &&
    [ -e /var/lib/krillmanager/publish/rrdp/${publication.repository.paths[0]} ]; do sleep 0.3; done; sleep 2`);
}

async function startBare(): Promise<void> {
  const { images } = await node.release();
  await node.sh('install -d /srv/bare');
  const original = await node.sh(`docker run --rm ${images.nginx} cat /etc/nginx/nginx.conf`);
  await node.write('/srv/bare/nginx.conf', bareNginx(original));
  await node.write('/srv/bare/site.conf', site);
  await node.write('/srv/bare/rsyncd.conf', bareRsyncd);
  const binds =
    '-v /srv/bare:/bare:ro -v /var/lib/krillmanager/publish:/publish:ro -v /var/lib/krillmanager/serving:/serving:ro';
  const run = `docker run -d --network host --ulimit nofile=16384:16384 --tmpfs /run ${binds}`;
  await node.sh(`${run} --no-healthcheck --name bare-nginx ${images.nginx} nginx -e stderr -c /bare/nginx.conf -g 'daemon off;'
    ${run} --no-healthcheck --name bare-rsyncd ${images.rsyncd} rsync --daemon --no-detach --config=/bare/rsyncd.conf`);
}

interface Rate {
  readonly requests: number;
  readonly megabytes: number;
}

async function load(port: number, path: string, connections: number): Promise<Rate> {
  const argv = [
    '-t1',
    `-c${connections}`,
    `-d${secondsEach}s`,
    '-H',
    'Host: rrdp.lab',
    `https://${node.ip}:${port}${path}`,
  ];
  const { stdout, stderr } = await runProgram('wrk', argv, {
    env: process.env,
    deadlineMs: 60_000,
  });
  const requests = /Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1];
  const [, amount, unit = ''] = /Transfer\/sec:\s+([\d.]+)([KMG])B/.exec(stdout) ?? [];
  if (requests === undefined || /Non-2xx|Socket errors/.test(stdout)) {
    throw new Error(`${path} at ${port}: ${stdout}${stderr}`);
  }
  const scale = { K: 1 / 1024, M: 1, G: 1024 }[unit] ?? Number.NaN;
  return { requests: Number(requests), megabytes: Number(amount) * scale };
}

/** Seconds for a number of clients at once to fetch the whole tree; every one must succeed. */
async function fetchTrees(port: number, count: number): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'serve-'));
  const began = performance.now();
  const uri = `rsync://${node.ip}:${port}/repo/`;
  const codes = await Promise.all(
    Array.from({ length: count }, (_, at) => ended('rsync', ['-rt', uri, join(scratch, `${at}`)])),
  );
  const seconds = (performance.now() - began) / 1000;
  rmSync(scratch, { recursive: true });
  const failed = codes.filter((code) => code !== 0);
  if (failed.length > 0) throw new Error(`${failed.length} of ${count} rsync clients failed`);
  return seconds;
}

const ended = (file: string, argv: readonly string[]): Promise<number | null> =>
  new Promise((resolve) => {
    spawn(file, argv, { stdio: 'ignore' }).on('close', resolve);
  });

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Both in turn, so that what else the machine does meets both. */
async function compare(
  what: string,
  unit: string,
  measure: (bare: boolean) => Promise<number>,
): Promise<void> {
  const [configured, bare, ratios]: number[][] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    const first = await measure(round % 2 === 0);
    const second = await measure(round % 2 !== 0);
    const [b, c] = round % 2 === 0 ? [first, second] : [second, first];
    configured?.push(c);
    bare?.push(b);
    ratios?.push(c / b);
  }
  const shown = [configured, bare].map((values) =>
    median(values ?? [])
      .toFixed(1)
      .padStart(9),
  );
  console.log(
    `${what.padEnd(44)} ${shown.join(' ')} ${unit.padEnd(6)} ${median(ratios ?? []).toFixed(2)}`,
  );
}

await start();
console.log(`${objects} objects, ${rounds} rounds, load ${loadavg()[0]?.toFixed(1)}`);
console.log(`${''.padEnd(44)} ${'ours'.padStart(9)} ${'bare'.padStart(9)}        ratio (median)`);
const [snapshot = '', delta = ''] = publication.repository.paths;
const https = (bare: boolean): number => (bare ? 444 : 443);
await compare(
  'NGINX, notification, 50 connections',
  'req/s',
  async (bare) => (await load(https(bare), '/rrdp/notification.xml', 50)).requests,
);
await compare(
  'NGINX, delta, 50 connections',
  'req/s',
  async (bare) => (await load(https(bare), `/rrdp/${delta}`, 50)).requests,
);
await compare(
  'NGINX, snapshot, 8 connections',
  'MB/s',
  async (bare) => (await load(https(bare), `/rrdp/${snapshot}`, 8)).megabytes,
);
await compare(
  'rsyncd, whole trees, 8 clients at once',
  'trees/s',
  async (bare) => 8 / (await fetchTrees(bare ? 874 : 873, 8)),
);
console.log(
  `rsyncd, ${clients} clients at once: all complete in ${(await fetchTrees(873, clients)).toFixed(1)} s`,
);
publication.remove();
