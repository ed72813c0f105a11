import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@krillmanager/core';
import { type Argv, gluster } from './argv.ts';
import { type CliOutput, errnos, parseCliOutput } from './cli-output.ts';
import type { Element } from './element.ts';
import { busyDeadlineMs, busyJitterMs, busyPauseMs, killMarginMs } from './policy.ts';
import type { RunGluster } from './run-gluster.ts';

export interface Question {
  /** Begins the message of an error, e.g. "creating the volume". */
  readonly what: string;
  readonly argv: Argv;
  readonly seconds: number;
  /** How long other transactions are waited for, in milliseconds. */
  readonly busyMs?: number;
  /** Error numbers that are answers and no failures. */
  readonly accept?: readonly number[];
}

/**
 * Asks glusterd, and again while another transaction is in progress or a peer cannot be locked yet.
 * @throws UserError with gluster's words; null for an accepted error number.
 */
export async function askGluster(run: RunGluster, question: Question): Promise<Element | null> {
  const began = Date.now();
  for (;;) {
    const output = await once(run, question);
    if (output.opRet === 0) return output.body;
    if (question.accept?.includes(output.opErrno)) return null;
    if (Date.now() - began > patienceWith(output, question)) throw refusal(question, output);
    await sleep(busyPauseMs + Math.random() * busyJitterMs);
  }
}

/** In milliseconds, from the first time on. */
function patienceWith(output: CliOutput, { busyMs = busyDeadlineMs }: Question): number {
  if (output.opErrno === errnos.busy) return busyMs;
  // A peer that has just joined, or started again, is still hearing of the pool; nothing has been changed.
  return output.opErrstr.startsWith('Locking failed on') ? busyDeadlineMs : -1;
}

async function once(run: RunGluster, { what, argv, seconds }: Question): Promise<CliOutput> {
  const deadlineMs = seconds * 1000 + killMarginMs;
  const { stdout, exitCode } = await run(gluster(argv, seconds), { deadlineMs });
  const output = parseCliOutput(stdout);
  if (output) return output;
  throw new UserError(`${what}: gluster gave no answer within ${seconds} s (exit ${exitCode})`, {
    hint: 'look at "systemctl status glusterd" here, and whether each peer can be reached',
    cause: stdout,
  });
}

const hints: Readonly<Record<number, string>> = {
  [errnos.busy]: 'another command holds the pool; run this again',
  [errnos.unreachable]: 'is glusterd running there, and port 24007 open for this server?',
};

const refusal = ({ what }: Question, { opErrno, opErrstr }: CliOutput): UserError => {
  const hint = hints[opErrno];
  return new UserError(`${what}: gluster says "${opErrstr}"`, {
    ...(hint && { hint }),
    cause: { opErrno },
  });
};
