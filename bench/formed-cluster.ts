import { readFileSync } from 'node:fs';
import { Lab, labPlaceFromEnvironment } from '../packages/testkit/src/lab.ts';

/** The cluster that the quickstart formed in the lab which the environment names. */
export async function formedCluster() {
  const place = labPlaceFromEnvironment(process.env);
  const lab = new Lab(place);
  const { hosts } = await lab.status();
  const token = await lab.sh('h1', 'cat /var/lib/krillmanager/volume/krill/guard/admin-token');
  return {
    ips: hosts.map(({ ip }) => ip),
    ca: readFileSync(`${place.dir}/shared/ca.pem`),
    token: token.trim(),
  };
}

/** Of a notification, 0 when it has none. */
export const serialOf = (notification: Buffer): number =>
  Number(/ serial="(\d+)"/.exec(notification.toString('latin1'))?.[1] ?? 0);

/** The smallest value that `p` percent of all do not exceed. */
export const percentile = (values: readonly number[], p: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil((values.length * p) / 100) - 1] ?? Number.NaN;
