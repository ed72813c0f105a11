import { describe, type Plan } from '@krillmanager/core';

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
