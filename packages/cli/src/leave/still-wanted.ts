import { type Agents, type Ip, UserError } from '@krillmanager/core';

export interface Belonging {
  /** Ours in the cluster. */
  readonly self: Ip;
  /** The nodes as this server remembers them. */
  readonly nodes: readonly Ip[];
}

/** @throws UserError while another node counts on this one, or when none can be asked. */
export async function requireUnwanted(
  { self, nodes }: Belonging,
  { status }: Pick<Agents, 'status'>,
): Promise<void> {
  if (!nodes.includes(self)) return;
  const others = nodes.filter((ip) => ip !== self);
  const answers = await Promise.all(others.map(async (ip) => ({ ip, told: await status(ip) })));
  const counting = answers.filter(({ told }) => told?.nodes.includes(self));
  if (counting.length > 0) {
    throw new UserError(`${counting.map(({ ip }) => ip).join(', ')} still count on ${self}`, {
      hint: 'take it out of the list and run "krillmanager init" on a manager first, or use --force',
    });
  }
  if (others.length === 0 || answers.some(({ told }) => told !== null)) return;
  throw new UserError(`no other node can be asked whether the cluster still wants ${self}`, {
    hint: 'look at "krillmanager status" on another node, or use --force',
  });
}
