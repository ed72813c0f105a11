export const agentUnit = 'krillmanager-agent.service';

/** How long a step waits for the world before it gives up; milliseconds. */
export const patienceMs = {
  agentStart: 30_000,
  names: 60_000,
  // Of a node that is to leave; asked three times.
  lastWord: 10_000,
  peerJoin: 60_000,
  brickOnline: 60_000,
  krillInitialised: 300_000,
  // A large repository takes its time to be read.
  krillRunning: 300_000,
  servingHealthy: 120_000,
  eviction: 120_000,
  // A client hears of a new copy within 2 s.
  copyConnected: 60_000,
  heal: 900_000,
} as const;

/** An update is held that removes at least so many objects, and more than this share or all of a CA's. */
export const massRemoval = { percent: 20, least: 10 } as const;

/** Certificates of our own authority, in days; renewed when a third is left. */
export const certificateDays = { authority: 3650, server: 90, agent: 90 } as const;
export const renewBeforeDays = certificateDays.server / 3;

/** A cut-off node must be known to be gone before Swarm starts the next Krill (docs/adr/0003). */
export const volumeOptions: Readonly<Record<string, string>> = {
  'network.ping-timeout': '5',
  'server.tcp-user-timeout': '6',
  'server.keepalive-time': '3',
  'server.keepalive-interval': '1',
  'server.keepalive-count': '3',
  'client.tcp-user-timeout': '6',
  'client.keepalive-time': '3',
  'client.keepalive-interval': '1',
  'client.keepalive-count': '3',
  'cluster.quorum-type': 'auto',
  // close() returns when the bricks have the data, and a rename cannot overtake its file.
  'performance.flush-behind': 'off',
  'performance.strict-write-ordering': 'on',
  // A file that another node has just replaced fails when it is opened, which is mended by opening it
  // again, and not when it is read, again and again until the next one comes (docs/adr/0026).
  'performance.open-behind': 'off',
};
