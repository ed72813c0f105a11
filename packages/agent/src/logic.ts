// What acts through ports only. The testkit runs it over its fakes; without the adapters it is light.
export { Readmission } from './cluster/readmission.ts';
export { requestPath } from './cluster/requests.ts';
export { Attempts } from './node/attempts.ts';
export { localStore } from './node/local-store.ts';
export { describeTick, pauseAfter, type Tick, tick, wentWrong } from './node/loop.ts';
export { ownAddress } from './node/next-action.ts';
export { nodeFacts } from './node/node-facts.ts';
export type { NodePorts } from './node/node-ports.ts';
export { nodeStatus } from './node/node-status.ts';
export { pollStorage } from './node/poll-storage.ts';
export { writeTerms } from './node/recruitment.ts';
export type { ServedContent } from './node/served-content.ts';
export { judge } from './supervisor/guard.ts';
