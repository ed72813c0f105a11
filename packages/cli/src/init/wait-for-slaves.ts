import {
  type Desired,
  type Ip,
  isPeer,
  onChange,
  type Ports,
  UserError,
  until,
} from '@krillmanager/core';

/**
 * Waits for slaves of a cluster that is not formed yet until their agents answer; members that are
 * down are no reason to wait.
 */
export async function waitForSlaves(
  { self, nodes, slaveDeadlineSeconds }: Desired,
  { agents, clock, pool }: Ports,
  say: (line: string) => void,
): Promise<void> {
  const peers = await pool.peers();
  const isStranger = (ip: Ip): boolean => !peers.some((peer) => isPeer(peer, ip));
  const strangers = nodes.filter((ip) => ip !== self && isStranger(ip));
  const tell = onChange(say);
  const silent = async (): Promise<readonly Ip[]> => {
    const found = await Promise.all(
      strangers.map(async (ip) => ((await agents.facts(ip)) ? null : ip)),
    );
    return found.filter((ip) => ip !== null);
  };
  const deadline = slaveDeadlineSeconds * 1000;
  let missing: readonly Ip[] = [];
  await until(
    async () => {
      missing = await silent();
      if (missing.length > 0) {
        tell(`Waiting for ${missing.join(', ')}: run "krillmanager --slave=1 init" there`);
      }
      return missing.length === 0;
    },
    { clock, withinMs: deadline, everyMs: 1000, what: 'all slaves to be ready' },
  ).catch((error: unknown) => {
    throw new UserError(`no agent answers on ${missing.join(', ')}`, {
      hint: 'run "krillmanager --slave=1 init" there and check that port 9655 is open to this server',
      cause: error,
      exitCode: 5,
    });
  });
}
