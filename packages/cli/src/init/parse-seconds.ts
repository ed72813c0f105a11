import { UserError } from '@krillmanager/core';

/** @throws UserError (usage) unless the text is a whole number of seconds, a day at most. */
export function parseSeconds(option: string, text: string): number {
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= 86_400) return seconds;
  throw new UserError(`${option}=${text} is not a number of seconds`, {
    hint: `write a whole number up to 86400: ${option}=600`,
    exitCode: 2,
  });
}
