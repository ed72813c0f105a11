import { mkdirSync } from 'node:fs';
import { paths } from '@krillmanager/core';
import { type Logger, pino } from 'pino';

export interface InitLog {
  readonly file: string;
  readonly log: Logger;
}

/** One file a run, e.g. init-20261121-153012.jsonl; plans and events hold no secrets. */
export function initLog(): InitLog {
  mkdirSync(paths.logs, { recursive: true, mode: 0o750 });
  const stamp = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const file = `${paths.logs}/init-${stamp}.jsonl`;
  return {
    file,
    log: pino({ base: null }, pino.destination({ dest: file, sync: true, mode: 0o640 })),
  };
}
