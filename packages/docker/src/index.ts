export {
  containerLogs,
  type LogOutput,
  type LogRequest,
  type ReadContainerLog,
} from './container-logs.ts';
export { dockerContainers } from './docker-containers.ts';
export { dockerSwarm } from './docker-swarm.ts';
