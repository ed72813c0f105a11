export interface Log {
  error(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  debug(message: string, fields?: object): void;
}

export interface TextOutput {
  write(text: string): unknown;
}

const levels = ['error', 'warn', 'info', 'debug'] as const;
export type Level = (typeof levels)[number] | 'silent';

/** @param verbosity number of -v less number of -q; 0 shows warnings, as the peer does. */
export const levelOf = (verbosity: number): Level =>
  verbosity < -1 ? 'silent' : (levels[Math.min(verbosity + 1, 3)] ?? 'silent');

/** One line of text a message, for people and for cron's mail. */
export function textLog(output: TextOutput, level: Level): Log {
  const shown = levels.indexOf(level === 'silent' ? 'error' : level);
  const at = (mine: (typeof levels)[number]) => (message: string) => {
    const isShown = level !== 'silent' && levels.indexOf(mine) <= shown;
    if (isShown) output.write(`krillsync: ${mine}: ${message}\n`);
  };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}
