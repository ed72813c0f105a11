import type { Glusterd, HostFiles, IpFamily, Units } from '@krillmanager/core';

const file = '/etc/glusterfs/glusterd.vol';
const access = { mode: 0o644, uid: 0, gid: 0 } as const;

/**
 * What glusterd needs to notice a peer that is gone: as Debian ships it, every command that asks
 * the peers hangs for two minutes after one lost its power. And the range that the firewall opens.
 */
const glusterdOptions: Readonly<Record<string, string>> = {
  'transport.tcp-user-timeout': '6',
  'transport.socket.keepalive-time': '3',
  'transport.socket.keepalive-interval': '1',
  'base-port': '49152',
  'max-port': '49251',
};

/** The volfile with these options: each stands once, all else stays byte for byte. */
export function withGlusterdOptions(
  volfile: string,
  options: Readonly<Record<string, string>>,
): string {
  const names = Object.keys(options);
  const kept = volfile
    .split('\n')
    .filter((line) => !names.some((name) => line.trim().startsWith(`option ${name} `)));
  const end = kept.findIndex((line) => line.trim() === 'end-volume');
  if (end === -1) return volfile;
  const lines = names.map((name) => `    option ${name} ${options[name]}`);
  return [...kept.slice(0, end), ...lines, ...kept.slice(end)].join('\n');
}

const familyOption = 'transport.address-family';

/** As shipped, glusterd listens on IPv4 only. Set to IPv6 it listens on both, and calls over IPv6. */
export const familyIn = (volfile: string): IpFamily =>
  /^\s*option transport\.address-family inet6\s*$/m.test(volfile) ? 'ipv6' : 'ipv4';

export const withFamily = (volfile: string, family: IpFamily): string =>
  family === familyIn(volfile)
    ? volfile
    : withGlusterdOptions(volfile, { [familyOption]: family === 'ipv6' ? 'inet6' : 'inet' });

/** Bricks run on while glusterd restarts. Nothing happens when the options are there already. */
export const tuneGlusterd = (files: HostFiles, units: Units): Promise<void> =>
  change(files, units, (volfile) => withGlusterdOptions(volfile, glusterdOptions));

export const glusterd = (files: HostFiles, units: Units): Glusterd => ({
  family: async () => familyIn((await files.read(file)) ?? ''),
  speak: (family) => change(files, units, (volfile) => withFamily(volfile, family)),
});

async function change(
  files: HostFiles,
  units: Units,
  wish: (volfile: string) => string,
): Promise<void> {
  const found = await files.read(file);
  if (found === null) return;
  const wanted = wish(found);
  if (wanted === found) return;
  await files.write(file, wanted, access);
  await units.restart('glusterd.service');
}
