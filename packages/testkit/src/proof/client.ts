import { readFileSync } from 'node:fs';
import { get } from 'node:https';

/** Fetches the notification from one host again and again until it is stopped. */
export interface ContinuousClient {
  stop(): Promise<{ readonly requests: number; readonly failures: readonly string[] }>;
}

const everyMs = 50;
const deadlineMs = 3000;

export function fetchContinuously(ip: string, authority: string): ContinuousClient {
  const failures: string[] = [];
  let requests = 0;
  let stopped = false;
  const ca = readFileSync(authority);
  const run = (async () => {
    while (!stopped) {
      requests += 1;
      await fetchNotification(ip, ca).catch((error: unknown) =>
        failures.push(`${new Date().toISOString()} ${String(error)}`),
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
