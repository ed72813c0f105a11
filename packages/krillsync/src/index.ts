export { type Barrier, fixedDelay } from './barrier.ts';
export { type KrillsyncIo, runKrillsync } from './command.ts';
