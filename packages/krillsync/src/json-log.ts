import { pino } from 'pino';
import type { Level, Log, TextOutput } from './log.ts';

/**
 * JSON lines, for a daemon. The destination is a plain object: pino's transports need worker files,
 * which a single executable does not have.
 */
export function jsonLog(output: TextOutput, level: Level): Log {
  const logger = pino({ level }, { write: (line) => void output.write(line) });
  return {
    error: (message, fields = {}) => logger.error(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    info: (message, fields = {}) => logger.info(fields, message),
    debug: (message, fields = {}) => logger.debug(fields, message),
  };
}
