import { UserError } from '@krillmanager/core';
import inquirer from 'inquirer';

export interface ConfirmOptions {
  readonly yes?: boolean;
  /** False: never ask. */
  readonly input?: boolean;
}

export interface SevereAct {
  /** Completes "… needs a confirmation". */
  readonly what: string;
  /** What is lost, a line each. */
  readonly lost: readonly string[];
  /** What the operator has to type. */
  readonly word: string;
}

/** @throws UserError (exit 3) unless the operator types the word, or said --yes. */
export async function confirm(
  { what, lost, word }: SevereAct,
  { yes = false, input = true }: ConfirmOptions,
): Promise<void> {
  if (yes) return;
  const losses = lost.map((line) => `  ${line}\n`).join('');
  if (!input || !process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UserError(`${what} needs a confirmation:\n${losses.trimEnd()}`, {
      hint: 'nothing was changed; add --yes when that is what you want',
      exitCode: 3,
    });
  }
  process.stderr.write(`${what}:\n${losses}`);
  const { typed } = await ask(word);
  if (typed.trim() === word) return;
  throw new UserError(`${what} was not confirmed`, { hint: 'nothing was changed', exitCode: 3 });
}

/** On stderr: data goes to stdout. */
const ask = (word: string): Promise<{ typed: string }> =>
  inquirer.createPromptModule({ output: process.stderr })([
    { type: 'input', name: 'typed', message: `Type ${word} to go on:` },
  ]);
