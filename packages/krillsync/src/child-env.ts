/**
 * For programs that we start. Cron's PATH has no directories for the administrator, where some
 * systems have rpki-client.
 */
export function childEnv(): NodeJS.ProcessEnv {
  const { PATH = '/usr/bin:/bin' } = process.env;
  return { ...process.env, PATH: `${PATH}:/usr/local/sbin:/usr/sbin` };
}
