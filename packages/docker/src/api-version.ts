const parts = (version: string): readonly [number, number] => {
  const [major = '0', minor = '0'] = version.split('.');
  return [Number(major), Number(minor)];
};

/** The lower of the version that the daemon offers and the newest that we know. */
export function agreedVersion(offered: string, newest: string): string {
  const [ourMajor, ourMinor] = parts(newest);
  const [major, minor] = parts(offered);
  const older = major < ourMajor || (major === ourMajor && minor < ourMinor);
  return older ? offered : newest;
}
