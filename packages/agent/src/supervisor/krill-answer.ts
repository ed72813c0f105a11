import { get } from 'node:https';
import { krillPort } from '@krillmanager/core';

/** What Krill answers on loopback; null when it does not, or not with 200. */
export type KrillAnswers = (path: string) => Promise<Buffer | null>;

/**
 * Krill's certificate is not looked at: nobody else can listen on this port inside the container's
 * own host and hold the locks.
 */
export const krillAnswer: KrillAnswers = (path) =>
  new Promise((resolve) => {
    const options = {
      host: '127.0.0.1',
      port: krillPort,
      path,
      rejectUnauthorized: false,
      agent: false,
      timeout: 2000,
    };
    const asked = get(options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', () => resolve(null));
      answer.on('end', () => resolve(answer.statusCode === 200 ? Buffer.concat(chunks) : null));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(null));
  });
