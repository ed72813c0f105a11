import { describe, type Plan, type Step, UserError } from '@krillmanager/core';
import inquirer from 'inquirer';

export interface Consent {
  readonly yes?: boolean;
  /** Never ask, even on a terminal. */
  readonly input?: boolean;
}

const isDestructive = (step: Step): boolean => 'destructive' in step && step.destructive;

/**
 * Names what a plan takes away and asks for it.
 * @throws UserError (exit 3) without --yes where nobody can be asked, or when the answer is another
 */
export async function requireConsent(plan: Plan, { yes, input }: Consent): Promise<void> {
  const severe = plan.steps.filter(isDestructive);
  if (severe.length === 0 || yes === true) return;
  const nodes = [...new Set(severe.flatMap((step) => ('node' in step ? [step.node] : [])))];
  const losses = severe.map((step) => `  - ${describe(step)}`).join('\n');
  const question = `This removes ${nodes.join(', ')} from the cluster:\n${losses}`;
  if (input === false || !process.stdin.isTTY) throw refusal(question);
  const wanted = `remove ${nodes.join(' ')}`;
  const message = `${question}\nType "${wanted}" to go on:`;
  const { answer } = await inquirer.prompt([{ type: 'input', name: 'answer', message }]);
  if (answer !== wanted) throw refusal(question);
}

const refusal = (question: string): UserError =>
  new UserError(`${question}\nnothing was changed`, {
    hint: 'add --yes to consent',
    exitCode: 3,
  });
