import type { LabHost } from '../lab.ts';
import { fetchContinuously, listContinuously } from './client.ts';
import type { Cluster } from './cluster.ts';

export interface Disturbance {
  readonly requests: number;
  readonly failures: readonly string[];
}

/** Asks every host over both transports, one request after the other, while something is done to them. */
export async function whileAsking(
  cluster: Cluster,
  hosts: readonly LabHost[],
  work: () => Promise<unknown>,
): Promise<Disturbance> {
  const clients = hosts
    .map((host) => cluster.ip(host))
    .flatMap((ip) => [fetchContinuously(ip, cluster.authority), listContinuously(ip)]);
  const done = await work().then(
    () => null,
    (error: unknown) => error,
  );
  const results = await Promise.all(clients.map((client) => client.stop()));
  if (done !== null) throw done;
  return {
    requests: results.reduce((sum, { requests }) => sum + requests, 0),
    failures: results.flatMap(({ failures }) => failures),
  };
}
