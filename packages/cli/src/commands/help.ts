import { UserError } from '@krillmanager/core';
import { runOpenClusterPorts } from '@krillmanager/host';
import type { Command } from 'commander';

const helperProgram = 'open-cluster-ports';

/** Help of the whole, of a command or of one below it: `help config show`. */
export async function helpCommand(program: Command, words: readonly string[]): Promise<number> {
  if (words[0] === helperProgram) {
    const output = { stdout: write(process.stdout), stderr: write(process.stderr) };
    return runOpenClusterPorts(['--help'], output);
  }
  words.reduce(below, program).outputHelp();
  return 0;
}

const write =
  (stream: NodeJS.WriteStream) =>
  (text: string): void =>
    void stream.write(text);

function below(command: Command, word: string): Command {
  const found = command.commands.find((each) => each.name() === word);
  if (found !== undefined) return found;
  const known = command.commands.map((each) => each.name());
  const all = command.parent === null ? [...known, helperProgram] : known;
  throw new UserError(`there is no command "${word}" to help with`, {
    hint:
      all.length === 0
        ? `see "krillmanager help ${command.name()}"`
        : `there are ${all.join(', ')}`,
    exitCode: 2,
  });
}
