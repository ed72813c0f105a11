import { type InstalledRelease, openMachine, runAgent } from '@krillmanager/agent';
import { pino } from 'pino';

/** The main of krillmanager-agent.service; its log goes to the journal. */
export async function agentCommand(release: InstalledRelease): Promise<number> {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
  const log = pino({ base: null, timestamp: false }, pino.destination(1));
  await runAgent(openMachine(), release, log, stop.signal);
  return 0;
}
