/** The installed package: which images it brings and where its own executable lies. */
export interface Release {
  readonly version: string;
  /** e.g. "1.0.0-0123456789ab" */
  readonly release: string;
  readonly images: Readonly<Record<'krill' | 'nginx' | 'rsyncd' | 'krillsync', string>>;
  readonly krillVersion: string;
}

export const releaseDir = (release: Release): string => `/opt/krillmanager/${release.release}`;
export const executable = (release: Release): string => `${releaseDir(release)}/krillmanager`;
