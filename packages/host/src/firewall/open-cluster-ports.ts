import { readFile } from 'node:fs/promises';
import { UserError } from '@krillmanager/core';
import { orWhenMissing } from '../files/error-code.ts';
import { type Argv, runCommand } from '../run.ts';
import { closingChains } from './closing-chains.ts';
import type { FirewallWish } from './firewall-wish.ts';
import { firewalldCommands } from './firewalld.ts';
import { nftRuleset, type Scope } from './nft-ruleset.ts';
import { ufwCommands, ufwEnabled } from './ufw.ts';

/** What is to be done on this machine; a value, so that it can be shown instead. */
export interface FirewallPlan {
  /** For `nft -f -`. */
  readonly ruleset: string;
  /** Commands of the firewall that runs here, if one does. */
  readonly commands: readonly Argv[];
  /** Firewalls that stay closed for us, because we do not know how to open them. */
  readonly closed: readonly string[];
}

export async function planClusterPorts(scope: Scope, wish: FirewallWish): Promise<FirewallPlan> {
  const commands = await commandsHere(scope, wish);
  const closed = commands.length > 0 ? [] : await closedHere();
  return { ruleset: nftRuleset(scope, wish.ports), commands, closed };
}

/** Whether our table is loaded: rules do not survive a boot, nor somebody's "nft flush ruleset". */
export async function hasClusterTable(): Promise<boolean> {
  const argv = ['nft', 'list', 'table', 'inet', 'krillmanager'] as const;
  return (await runCommand(argv, { accept: [1] })).exitCode === 0;
}

/** @throws UserError when a program is missing or refuses. */
export async function applyClusterPorts({ ruleset, commands }: FirewallPlan): Promise<void> {
  await runCommand(['nft', '-f', '-'], { input: ruleset });
  for (const command of commands) await runCommand(command);
}

async function commandsHere(scope: Scope, wish: FirewallWish): Promise<readonly Argv[]> {
  const ufw = await orWhenMissing('', readFile('/etc/ufw/ufw.conf', 'utf8'));
  if (ufwEnabled(ufw)) return ufwCommands(scope, wish);
  return (await firewalldRuns()) ? firewalldCommands(scope, wish) : [];
}

/** systemctl's exit code is the answer; where systemd does not run, neither does firewalld. */
async function firewalldRuns(): Promise<boolean> {
  const argv = ['systemctl', 'is-active', '--quiet', 'firewalld.service'] as const;
  return (await runCommand(argv, { accept: [1, 2, 3, 4] })).exitCode === 0;
}

async function closedHere(): Promise<readonly string[]> {
  try {
    return closingChains((await runCommand(['nft', '--json', 'list', 'chains'])).stdout);
  } catch (cause) {
    throw new UserError('the packet filter of this machine cannot be read', {
      hint: 'run it as root; the program "nft" is in the package nftables',
      cause,
    });
  }
}
