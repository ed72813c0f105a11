import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LabHost } from '../lab.ts';
import { runProgram } from '../run-program.ts';
import type { Cluster } from './cluster.ts';
import { eventually } from './until.ts';

const manual = fileURLToPath(new URL('../../../../docs/serving.md', import.meta.url));
const chapter = '### HAProxy before the nodes\n';
const certificate = ['server.pem', 'server.key'].map(
  (name) => `/var/lib/krillmanager/serving/tls/${name}`,
);

/** What HAProxy sends to the nodes in turn. */
export const turns = ['connections', 'requests'] as const;
export type Turns = (typeof turns)[number];

/** HAProxy as the manual has it, before the nodes, at an address of this machine's loopback. */
export class Balancer {
  readonly ip: string;
  readonly #process: ChildProcess;

  private constructor(ip: string, process: ChildProcess) {
    this.ip = ip;
    this.#process = process;
  }

  /** Resolves when it passes connections on. @throws Error with what "haproxy -c" objects to. */
  static async start(turn: Turns, cluster: Cluster, hosts: readonly LabHost[]): Promise<Balancer> {
    const ip = `127.0.71.${1 + turns.indexOf(turn)}`;
    const file = `${cluster.authority}.haproxy-${turn}`;
    const [host = 'h1'] = hosts;
    writeFileSync(`${file}.pem`, await cluster.lab.exec(host, ['cat', ...certificate]));
    writeFileSync(file, adapted(configuration(turn), { ip, cluster, hosts, pem: `${file}.pem` }));
    const options = { env: process.env, deadlineMs: 10_000 };
    const { code, stderr } = await runProgram('haproxy', ['-c', '-f', file], options);
    if (code !== 0 || stderr !== '') throw new Error(`haproxy -c: ${code} ${stderr}`);
    const running = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
    const isUp = ({ stdout }: { stdout: string }): boolean => stdout.includes('repo');
    const list = () => runProgram('rsync', ['--contimeout=2', `rsync://${ip}/`], options);
    await eventually(list, isUp, 20_000);
    return new Balancer(ip, running);
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill();
    await ended;
  }
}

/** The manual's whole configuration, or that with its other section for https. */
function configuration(turn: Turns): string {
  const [, after = ''] = readFileSync(manual, 'utf8').split(chapter);
  const [whole = '', other = ''] = [...after.matchAll(/^```\n(.*?)^```$/gms)].map(
    ([, text]) => text,
  );
  const section = /^listen https\n(?: .*\n)+/m;
  return turn === 'connections' ? whole : whole.replace(section, () => other);
}

interface Adapted {
  readonly ip: string;
  readonly cluster: Cluster;
  readonly hosts: readonly LabHost[];
  readonly pem: string;
}

/** The manual's with this lab's addresses, names and files. */
const adapted = (text: string, { ip, cluster, hosts, pem }: Adapted): string =>
  hosts
    .reduce((all, host, at) => all.replaceAll(`10.0.0.${at + 1}:`, `${cluster.ip(host)}:`), text)
    .replaceAll(/bind :::(\d+) v4v6/g, `bind ${ip}:$1`)
    .replaceAll('/etc/haproxy/rrdp.example.net.pem', pem)
    .replaceAll('/etc/haproxy/nodes-ca.pem', cluster.authority)
    .replaceAll('rrdp.example.net', 'rrdp.lab');
