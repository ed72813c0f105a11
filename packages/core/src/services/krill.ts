import type { ClusterSettings } from '../model/settings.ts';
import { krillUid, onVolume, paths, supervisorReports } from '../paths.ts';
import type { SingletonSpec } from './container-spec.ts';
import { limits, mebibyte } from './limits.ts';
import { executable, type Release, releaseDir } from './release.ts';
import { restartsOf } from './restarts.ts';
import { contentHash } from './spec-hash.ts';

export const krillLabel = 'krill';

/** In Krill's container, while the supervisor waits for the locks or a remedy. */
export const krillWaiting = '/tmp/waiting';

/**
 * Docker before 25 has no other interval for the start: a check that is made soon would be made
 * often. So the pause is within the check, from the second one on.
 */
const checkPauseSeconds = 4;
const pauseButFirst = `test -e /tmp/checked && sleep ${checkPauseSeconds}; : >/tmp/checked`;

/**
 * Krill under its supervisor. The bind's source exists only while the volume is mounted, so that
 * Docker itself refuses to start Krill without it. Paths inside never change: Krill keeps the
 * absolute path of its repository in its data.
 */
export function krillSpec(
  release: Release,
  clusterId: string,
  settings: ClusterSettings,
): SingletonSpec {
  const { domains, logLevel, memoryMiB } = settings;
  return {
    name: 'krill',
    image: release.images.krill,
    // Swarm knows no-new-privileges only from API 1.46 on.
    argv: ['setpriv', '--no-new-privs', executable(release), 'krill-supervisor', clusterId],
    // Where krill.conf puts Krill's socket, on which our user is the administrator.
    env: {
      HOME: '/tmp',
      KRILL_CLI_SERVER: 'unix:///tmp/krill.sock',
      // Krill reads its configuration at its start only: another one is another container.
      KRILLMANAGER_SETTINGS: contentHash({ domains, logLevel }),
    },
    user: `${krillUid}:${krillUid}`,
    capabilities: [],
    mounts: [
      {
        type: 'bind',
        source: `${paths.volume}/${onVolume.krill}`,
        target: '/var/krill',
        readOnly: false,
      },
      { type: 'bind', source: releaseDir(release), target: releaseDir(release), readOnly: true },
      {
        type: 'bind',
        source: paths.supervisor,
        target: supervisorReports.inside,
        readOnly: false,
      },
      // Whether the agent sees a majority, for the supervisor. Swarm starts nothing where it is missing.
      { type: 'bind', source: paths.heartbeats, target: paths.heartbeats, readOnly: true },
      { type: 'tmpfs', target: '/tmp', sizeBytes: limits.temporaryBytes, mode: 0o1777 },
      // Krill rewrites its rsync tree whole at every change; nobody reads it (krillsync makes ours).
      {
        type: 'tmpfs',
        target: '/var/krill/data/repo/rsync',
        sizeBytes: memoryMiB.krillRsyncTree * mebibyte,
        mode: 0o1777,
      },
    ],
    memoryBytes: memoryMiB.krill * mebibyte,
    pids: limits.pids,
    nofile: limits.nofile,
    stopSignal: 'SIGTERM',
    stopGraceSeconds: 20,
    health: {
      // Waiting is healthy: the container that waits is ready to take over.
      argv: ['sh', '-c', `${pauseButFirst}; test -e ${krillWaiting} || exec krillc health`],
      // Swarm calls it running from the first good answer on, which is no earlier than this.
      intervalSeconds: 1,
      timeoutSeconds: 5 + checkPauseSeconds,
      // A large repository takes its time to be read.
      startSeconds: 300,
      retries: 9,
    },
    requireLabels: { [krillLabel]: 'ok' },
    restartDelaySeconds: 1,
    ...restartsOf('krill', settings),
  };
}
