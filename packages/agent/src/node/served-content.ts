import { request } from 'node:https';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SecureContext } from 'node:tls';
import { messageOf, type ServicePorts } from '@krillmanager/core';

const deadlineMs = 3000;

export interface ServedContent {
  readonly session: string | null;
  readonly serial: number | null;
  /** Null when NGINX gave the notification. */
  readonly httpProblem: string | null;
  /** Null when rsyncd greeted. */
  readonly rsyncProblem: string | null;
}

/** What a client on this machine gets: the notification over TLS, and rsyncd's greeting. */
export async function servedContent(
  rrdpName: string,
  trust: SecureContext,
  ports: ServicePorts,
): Promise<ServedContent> {
  const [http, rsync] = await Promise.allSettled([
    twice(() => fetchNotification(rrdpName, trust, ports.https)),
    greetRsyncd(ports.rsync),
  ]);
  return {
    session: http.status === 'fulfilled' ? http.value.session : null,
    serial: http.status === 'fulfilled' ? http.value.serial : null,
    httpProblem: http.status === 'fulfilled' ? null : `NGINX: ${messageOf(http.reason)}`,
    rsyncProblem: rsync.status === 'fulfilled' ? null : `rsyncd: ${messageOf(rsync.reason)}`,
  };
}

const againAfterMs = 800;

/** While NGINX loads another certificate it shows the old one for a moment: that is no problem yet. */
async function twice<T>(fetch: () => Promise<T>): Promise<T> {
  const startedMs = Date.now();
  try {
    return await fetch();
  } catch (error) {
    if (Date.now() - startedMs > againAfterMs) throw error;
    await sleep(againAfterMs);
    return fetch();
  }
}

/** With a third party's repository there is only Krill's front door to look at. */
export async function servedFrontDoor(
  krillName: string,
  trust: SecureContext,
  { https }: ServicePorts,
): Promise<ServedContent> {
  const problem = await knock(krillName, trust, https).then(
    () => null,
    (error: unknown) => `NGINX: ${messageOf(error)}`,
  );
  return { session: null, serial: null, httpProblem: problem, rsyncProblem: null };
}

const callTo = (name: string, trust: SecureContext, port: number) => ({
  host: '127.0.0.1',
  port,
  servername: name,
  headers: { host: name, 'user-agent': 'krillmanager-agent' },
  secureContext: trust,
  timeout: deadlineMs,
  agent: false,
});

/** Any answer over TLS, at a path that NGINX answers itself: Krill may be away. */
function knock(name: string, trust: SecureContext, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { ...callTo(name, trust, port), method: 'HEAD', path: '/metrics' },
      (answer) => {
        answer.resume();
        resolve();
      },
    );
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${deadlineMs} ms`)));
    asked.on('error', reject);
    asked.end();
  });
}

/** Session and serial stand in the first tag; the deltas that may follow are not needed. */
export function sessionAndSerial(notification: string): { session: string; serial: number } {
  const tag = /<notification\b[^>]*>/.exec(notification)?.[0] ?? '';
  const session = /\ssession_id="([0-9a-f-]{36})"/i.exec(tag)?.[1];
  const serial = /\sserial="(\d{1,15})"/.exec(tag)?.[1];
  if (session === undefined || serial === undefined) throw new Error('not a notification');
  return { session, serial: Number(serial) };
}

function fetchNotification(
  rrdpName: string,
  trust: SecureContext,
  port: number,
): Promise<{ session: string; serial: number }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { ...callTo(rrdpName, trust, port), path: '/rrdp/notification.xml' },
      (answer) => {
        if (answer.statusCode !== 200) {
          answer.resume();
          reject(new Error(`HTTP status ${answer.statusCode} for the notification`));
          return;
        }
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          try {
            resolve(sessionAndSerial(Buffer.concat(chunks).toString('latin1')));
          } catch (error) {
            reject(error);
          }
        });
      },
    );
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${deadlineMs} ms`)));
    asked.on('error', reject);
    asked.end();
  });
}

/** The daemon speaks first: "@RSYNCD: 32.0 …". */
function greetRsyncd(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: deadlineMs });
    socket.on('data', (chunk) => {
      socket.destroy();
      if (chunk.subarray(0, 8).toString('latin1') === '@RSYNCD:') resolve();
      else reject(new Error(`something else answers on port ${port}`));
    });
    socket.on('timeout', () => socket.destroy(new Error(`no answer within ${deadlineMs} ms`)));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed without a greeting')));
  });
}
