export { inspectCertificate } from './certificates/inspect-certificate.ts';
export { type NodeCertificates, nodeCertificates } from './certificates/node-certificates.ts';
export { type OpensslOptions, opensslCertificates } from './certificates/openssl-certificates.ts';
export { beginsAtMs, isPair, readPair } from './certificates/read-pair.ts';
export {
  collectLocalFacts,
  type LocalFacts,
  type LocalFactsOptions,
  ownAddresses,
} from './facts/local-facts.ts';
export { errorCode } from './files/error-code.ts';
export { unfit } from './files/given-file.ts';
export { glusterd, tuneGlusterd } from './files/glusterd-options.ts';
export { hostFiles } from './files/host-files.ts';
export { hostNames } from './files/host-names.ts';
export { readJoinSecret } from './files/read-join-secret.ts';
export { readSecretFile } from './files/read-secret-file.ts';
export { readText } from './files/read-text.ts';
export { templateRenderer } from './files/render-template.ts';
export {
  type FirewallRecord,
  readFirewallRecord,
  readLetIn,
  writeFirewallRecord,
  writeLetIn,
} from './firewall/firewall-record.ts';
export type { Scope as FirewallScope } from './firewall/nft-ruleset.ts';
export {
  applyClusterPorts,
  type FirewallPlan,
  hasClusterTable,
  planClusterPorts,
} from './firewall/open-cluster-ports.ts';
export { type CommandOutput, runOpenClusterPorts } from './firewall/run-open-cluster-ports.ts';
export {
  type HeldLock,
  type LockAttempt,
  type LockHolder,
  lockFile,
  type NamedLock,
  type RefusedLock,
  thisHolder,
} from './lock/lock-file.ts';
export {
  type Argv,
  type CommandResult,
  DeadlineError,
  type RunOptions,
  runCommand,
} from './run.ts';
export { asRoot } from './system/as-root.ts';
export { type JournalEntry, journalOf } from './system/journal.ts';
export { migrateConnections } from './system/migrate-connections.ts';
export { notifySystemd, type SystemdState } from './system/notify-systemd.ts';
export { systemdUnits } from './system/systemd-units.ts';
export { runVolumeChild, type VolumeChildOptions } from './volume/run-volume-child.ts';
export { type VolumeFilesOptions, volumeFiles } from './volume/volume-files.ts';
export { type HeldVolumeLock, type VolumeLock, volumeLock } from './volume/volume-lock.ts';
export { volumeMount } from './volume/volume-mount.ts';
