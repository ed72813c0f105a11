import { TwoLocks } from '../two-locks.ts';

/** Wants the locks without a pause for so many milliseconds: A B MS. Prints what came of it. */
const [a = '', b = '', ms = '0'] = process.argv.slice(2);
const until = AbortSignal.timeout(Number(ms));
const came = { attempts: 0, had: 0 };
while (!until.aborted) {
  const outcome = await TwoLocks.contend([a, b], until);
  came.attempts += 1;
  if (!outcome.held) continue;
  came.had += 1;
  await outcome.release();
}
process.stdout.write(`${JSON.stringify(came)}\n`);
