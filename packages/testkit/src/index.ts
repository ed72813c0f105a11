export { RrdpRepository, type RrdpRepositoryOptions } from './rrdp-repository.ts';
