import type { EngineInfo } from '@krillmanager/core';

/** What of GET /info tells how this dockerd was set up. */
interface Info {
  readonly LiveRestoreEnabled: boolean;
  /** e.g. "name=seccomp,profile=default", "name=rootless", "name=userns" */
  readonly SecurityOptions: readonly string[] | null;
  readonly DockerRootDir: string;
}

/** Of GET /version. */
interface Version {
  readonly Version: string;
  readonly ApiVersion: string;
}

export function engineInfo(info: Info, version: Version): EngineInfo {
  const security = (info.SecurityOptions ?? []).flatMap((option) => option.split(','));
  return {
    version: version.Version,
    apiVersion: version.ApiVersion,
    liveRestore: info.LiveRestoreEnabled,
    rootless: security.includes('name=rootless'),
    usernsRemap: security.includes('name=userns'),
    rootDir: info.DockerRootDir,
  };
}
