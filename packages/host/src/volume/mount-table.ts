export interface MountEntry {
  readonly mountPoint: string;
  /** What is mounted, e.g. "127.0.0.1:/krillmanager". */
  readonly source: string;
  /** e.g. "fuse.glusterfs" */
  readonly type: string;
  /** "major:minor"; a FUSE connection is known by its minor. */
  readonly device: string;
}

/** What a path shows of /proc/self/mountinfo (proc(5)): the last mount on it; null for none. */
export function mountAt(mountinfo: string, path: string): MountEntry | null {
  const entries = mountinfo
    .split('\n')
    .filter((line) => line !== '')
    .map(parse);
  return entries.findLast(({ mountPoint }) => mountPoint === path) ?? null;
}

function parse(line: string): MountEntry {
  const [before = '', after = ''] = line.split(' - ');
  const [, , device = '', , mountPoint = ''] = before.split(' ');
  const [type = '', source = ''] = after.split(' ');
  return { mountPoint: unescaped(mountPoint), source: unescaped(source), type, device };
}

/** Blanks, tabs, line ends and backslashes stand there as three octal digits. */
const unescaped = (field: string): string =>
  field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
