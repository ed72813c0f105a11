export {
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
