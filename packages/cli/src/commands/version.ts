import { installedRelease } from '@krillmanager/agent';

/** e.g. "v1.0.0 [Krill: v0.16.1]", as the original had it. */
export async function versionCommand(options: { readonly json?: boolean }): Promise<number> {
  const { version, release, krillVersion } = await installedRelease();
  const text =
    options.json === true
      ? JSON.stringify({ version, release, krill: krillVersion })
      : `v${version} [Krill: v${krillVersion}]`;
  process.stdout.write(`${text}\n`);
  return 0;
}
