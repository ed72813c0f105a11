import { UserError } from '@krillmanager/core';
import type { Command } from 'commander';

/**
 * Of the command and of what stands before it; a default of the one must not hide the other's value.
 * @throws UserError (usage) for what stands before a command that does not know it: to go on without
 * it could do more than was asked for
 */
export function givenOptions(command: Command): Record<string, unknown> {
  const above = ancestorsOf(command).toReversed();
  for (const each of above) refuseUnknown(each, command);
  const given = [...above, command].map(told);
  return Object.assign({}, ...given);
}

const ancestorsOf = ({ parent }: Command): readonly Command[] =>
  parent === null ? [] : [parent, ...ancestorsOf(parent)];

const told = (command: Command): Record<string, unknown> =>
  Object.fromEntries(Object.entries(command.opts()).filter(([name]) => isTold(command, name)));

const isTold = (command: Command, name: string): boolean =>
  command.getOptionValueSource(name) !== 'default';

function refuseUnknown(above: Command, command: Command): void {
  const known = command.options.map((option) => option.attributeName());
  const foreign = above.options.filter((option) => {
    const name = option.attributeName();
    return above.opts()[name] !== undefined && isTold(above, name) && !known.includes(name);
  });
  if (foreign.length === 0) return;
  const names = foreign.map(({ long }) => `\`${long}\``);
  const verb = names.length === 1 ? 'is not an option' : 'are not options';
  throw new UserError(`${names.join(', ')} ${verb} of \`${nameOf(command)}\``, {
    hint: `nothing was done; see "krillmanager help ${nameOf(command)}"`,
    exitCode: 2,
  });
}

/** e.g. "config show". */
const nameOf = (command: Command): string =>
  [command, ...ancestorsOf(command)]
    .slice(0, -1)
    .map((each) => each.name())
    .toReversed()
    .join(' ');
