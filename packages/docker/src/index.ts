export { dockerContainers } from './docker-containers.ts';
export { dockerSwarm } from './docker-swarm.ts';
