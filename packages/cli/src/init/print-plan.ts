import { type Desired, describe, type Plan } from '@krillmanager/core';

interface Output {
  write(text: string): unknown;
}

/** One numbered line a step, or the plan itself as JSON. */
export function printPlan(plan: Plan, json: boolean, output: Output = process.stdout): void {
  if (json) output.write(`${JSON.stringify(plan)}\n`);
  else if (plan.steps.length === 0) output.write('nothing to do\n');
  else
    for (const [at, step] of plan.steps.entries()) output.write(`${at + 1}. ${describe(step)}\n`);
}

const stoppedLine = '  It is stopped, as it was told to be: "krillmanager start" starts it.';

export function printSummary({ settings, nodes }: Desired, done: number, json: boolean): void {
  const { domains } = settings;
  if (json) {
    process.stdout.write(`${JSON.stringify({ event: 'finished', ok: true, steps: done })}\n`);
    return;
  }
  process.stdout.write(
    [
      done === 0
        ? 'Nothing to do: the cluster is as wanted.'
        : `Cluster of ${nodes.length} nodes is ready.`,
      ...(settings.stopped ? [stoppedLine] : []),
      `  Krill   https://${domains.krill}/`,
      `  RRDP    https://${domains.rrdp}/rrdp/notification.xml`,
      `  rsync   rsync://${domains.rsync}/repo/`,
      '  look    krillmanager status',
      '',
    ].join('\n'),
  );
}
