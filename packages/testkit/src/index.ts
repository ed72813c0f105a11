export { FakeClock } from './fakes/fake-clock.ts';
export { FakeCluster, type FakeMachine } from './fakes/fake-cluster.ts';
export { FakeContainers, type FakeProgram } from './fakes/fake-containers.ts';
export { FakeHost } from './fakes/fake-host.ts';
export { FakeStoragePool } from './fakes/fake-storage-pool.ts';
export { FakeSwarm } from './fakes/fake-swarm.ts';
export {
  inLabHost,
  Lab,
  type LabExecOptions,
  type LabHost,
  type LabHostStatus,
  type LabPlace,
  type LabStatus,
  labPlaceFromEnvironment,
} from './lab.ts';
export { RrdpRepository, type RrdpRepositoryOptions } from './rrdp-repository.ts';
export type { Finished } from './run-program.ts';
