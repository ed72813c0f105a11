export { collectFacts } from './collect-facts.ts';
export { httpAgents } from './http/agents-client.ts';
export { type InstalledRelease, installedRelease } from './installed-release.ts';
export { type Machine, openMachine } from './machine.ts';
export { localStore } from './node/local-store.ts';
export { runAgent } from './run-agent.ts';
export { runKrillSupervisor } from './supervisor/main.ts';
