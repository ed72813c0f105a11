import { isSession, type Version } from './rrdp-root.ts';

/** What a node tells the others: which version it could show. */
export interface Marker {
  readonly name: string;
  /** All files of it are in place here; null before the first. */
  readonly staged: Version | null;
  /** Seconds since 1970: the time that the notification of that version gets here. */
  readonly time: number;
  /** Moves while the node lives; its value says nothing. */
  readonly counter: number;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const countPattern = /^[0-9]{1,15}$/;

export const isMarkerName = (name: string): boolean => namePattern.test(name);

/**
 * A marker is an empty file that says all in its name: `name~counter~time~session~serial`. A listing
 * of a directory is not answered from what a network file system remembers, content and attributes
 * are (docs/adr/0022); and a rename changes all of it at once.
 */
export const markerFile = ({ name, staged, time, counter }: Marker): string =>
  [name, counter, ...(staged ? [time, staged.session, staged.serial] : [])].join('~');

/** @returns undefined for the name of any other file. */
export function parseMarkerFile(file: string): Marker | undefined {
  const [name = '', counter = '', ...version] = file.split('~');
  if (!isMarkerName(name) || !countPattern.test(counter)) return undefined;
  const seen = { name, counter: Number(counter) };
  if (version.length === 0) return { ...seen, staged: null, time: 0 };
  const [time = '', session = '', serial = '', ...rest] = version;
  if (rest.length > 0 || !isSession(session)) return undefined;
  if (!countPattern.test(time) || !countPattern.test(serial)) return undefined;
  return { ...seen, staged: { session, serial: Number(serial) }, time: Number(time) };
}
