import { tcpReaches } from '@krillmanager/agent';
import {
  type Desired,
  familyOf,
  type Ip,
  isPeer,
  type NodeFacts,
  onChange,
  type Ports,
  UserError,
  until,
} from '@krillmanager/core';

const isOtherwise = (ip: Ip, facts: NodeFacts | null): boolean =>
  facts?.gluster != null && facts.gluster.family !== familyOf(ip);

const glusterdPort = 24_007;
type Reaches = (ip: Ip) => Promise<boolean>;

/** Where no machine answers there is nothing to wait for; a glusterd that is down is found later. */
async function requireReachable(silent: readonly Ip[], reaches: Reaches): Promise<void> {
  const asked = await Promise.all(silent.map(async (ip) => ((await reaches(ip)) ? [] : [ip])));
  const gone = asked.flat();
  if (gone.length === 0) return;
  throw new UserError(
    `${gone.join(', ')} cannot be reached: port ${glusterdPort} does not answer`,
    {
      hint: 'look whether the address is right, the server is up, glusterd runs, and "open-cluster-ports" was run there',
    },
  );
}

/**
 * Waits for slaves of a cluster that is not formed yet until their agents answer; members that are
 * down are no reason to wait.
 */
export async function waitForSlaves(
  { self, nodes, slaveDeadlineSeconds }: Pick<Desired, 'self' | 'nodes' | 'slaveDeadlineSeconds'>,
  { agents, clock, pool }: Pick<Ports, 'agents' | 'clock' | 'pool'>,
  say: (line: string) => void,
  reaches: Reaches = (ip) => tcpReaches(ip, glusterdPort),
): Promise<void> {
  const peers = await pool.peers();
  const isStranger = (ip: Ip): boolean => !peers.some((peer) => isPeer(peer, ip));
  const strangers = nodes.filter((ip) => ip !== self && isStranger(ip));
  // A glusterd that changes its family is away for a moment, and that is no finding.
  const restarting = new Set<Ip>();
  const tell = onChange(say);
  const silent = async (): Promise<readonly Ip[]> => {
    const found = await Promise.all(
      strangers.map(async (ip) => ({ ip, facts: await agents.recruit(ip) })),
    );
    for (const { ip, facts } of found) if (isOtherwise(ip, facts)) restarting.add(ip);
    const isReady = ({ ip, facts }: (typeof found)[number]): boolean =>
      facts !== null && (restarting.has(ip) ? facts.gluster?.family === familyOf(ip) : true);
    return found.filter((each) => !isReady(each)).map(({ ip }) => ip);
  };
  const first = await silent();
  if (first.length === 0) return;
  await requireReachable(
    first.filter((ip) => !restarting.has(ip)),
    reaches,
  );
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
