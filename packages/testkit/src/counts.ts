/** The long counts, and every case of a list: `scripts/test --full` asks for them. */
export const isFull = process.env['KRILLMANAGER_FULL'] === '1';

export const counts = {
  /** Rounds of a client that takes the notification from one node and the files from others. */
  mixedRounds: isFull ? 10_000 : 300,
  /** Of these, each time with one of the nodes in trouble. */
  mixedRoundsInTrouble: isFull ? 2_000 : 150,
  /** The power of Krill's host fails right after its API answered. */
  powerCuts: isFull ? 50 : 3,
  /** How long a volume hangs under an agent that is watched. */
  hangMs: isFull ? 60_000 : 15_000,
  /** rsync clients that are in mid-transfer while the tree is switched beneath them. */
  rsyncClients: isFull ? 300 : 30,
  rsyncSwitches: isFull ? 300 : 15,
  /** What each of them takes in a second. */
  rsyncKibibytes: isFull ? 15 : 45,
  /** How long validators ask through a balancer while Krill publishes. */
  balancedMs: isFull ? 600_000 : 15_000,
} as const;
