import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { connect } from 'node:net';

/** Asks one host again and again until it is stopped. */
export interface ContinuousClient {
  stop(): Promise<{ readonly requests: number; readonly failures: readonly string[] }>;
}

const everyMs = 50;
const deadlineMs = 3000;

/** The notification over HTTPS, on a connection of its own each time. */
export function fetchContinuously(ip: string, authority: string): ContinuousClient {
  const ca = readFileSync(authority);
  return askContinuously(`https ${ip}`, () => fetchNotification(ip, ca));
}

/** The list of rsyncd's modules: a full handshake. */
export const listContinuously = (ip: string): ContinuousClient =>
  askContinuously(`rsync ${ip}`, () => listModules(ip));

function askContinuously(what: string, ask: () => Promise<string>): ContinuousClient {
  const failures: string[] = [];
  let requests = 0;
  let stopped = false;
  const run = (async () => {
    while (!stopped) {
      requests += 1;
      await ask().catch((error: unknown) =>
        failures.push(`${new Date().toISOString()} ${what}: ${String(error)}`),
      );
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await run;
      return { requests, failures };
    },
  };
}

/** @throws Error unless the daemon greets, lists its modules and says that this was all. */
function listModules(ip: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = connect({ host: ip, port: 873, timeout: deadlineMs });
    socket.once('data', () => socket.write('@RSYNCD: 31.0\n#list\n'));
    socket.on('data', (chunk) => {
      said += chunk.toString('latin1');
    });
    socket.on('timeout', () => socket.destroy(new Error('timeout')));
    socket.on('error', reject);
    socket.on('close', () =>
      said.includes('repo') && said.includes('@RSYNCD: EXIT')
        ? resolve(said)
        : reject(new Error(`closed after ${JSON.stringify(said)}`)),
    );
  });
}

/** The notification as this host serves it. */
export function fetchNotification(ip: string, ca: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = get(
      {
        host: ip,
        servername: 'rrdp.lab',
        headers: { host: 'rrdp.lab' },
        path: '/rrdp/notification.xml',
        ca,
        agent: false,
        timeout: deadlineMs,
      },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          body += chunk;
        });
        answer.on('error', reject);
        answer.on('end', () =>
          answer.statusCode === 200
            ? resolve(body)
            : reject(new Error(`status ${answer.statusCode}`)),
        );
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', reject);
  });
}
