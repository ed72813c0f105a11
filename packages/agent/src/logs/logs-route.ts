import type { Route } from '../cluster/cluster-port.ts';
import { type LogPorts, localLog } from './local-log.ts';
import { parseQuery } from './log-entry.ts';

/** A reader that lets so much wait is given up: what waits lies in our memory. */
const atMostWaiting = 32 * 1024 * 1024;

/** GET /logs on the cluster port: one JSON object a line; 404 when the service does not run here. */
export const logsRoute =
  (ports: LogPorts): Route =>
  async (query, to, gone) => {
    const read = await localLog(ports, parseQuery(query));
    if (read === null) return void to.writeHead(404).end();
    to.writeHead(200, { 'content-type': 'application/jsonl' }).flushHeaders();
    await read((entry) => {
      to.write(`${JSON.stringify(entry)}\n`);
      if (to.writableLength > atMostWaiting) to.destroy();
    }, gone);
    to.end();
  };
