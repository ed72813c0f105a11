import { type ClusterSettings, onVolume, type VolumeFiles } from '@krillmanager/core';

export interface Requests {
  readonly child: string;
  readonly publisher: string;
}

/** The requests that Krill made when it was initialised; null unless it publishes elsewhere. */
export async function readRequests(
  { krill }: ClusterSettings,
  files: VolumeFiles,
): Promise<Requests | null> {
  if (krill.mode !== 'third-party') return null;
  const child = await files.read(onVolume.childRequest);
  const publisher = await files.read(onVolume.publisherRequest);
  return child === null || publisher === null ? null : { child, publisher };
}
