import { clusterUseOf } from '../paths.ts';
import type { Fault } from './faults.ts';
import type { Configuration } from './schema.ts';

/** What of a configuration is right by itself; a rule about what is missing has nothing to say. */
type Parts = Partial<Configuration>;

/** Rules between keys. */
export const crossFaults = (parts: Parts): readonly Fault[] => [
  ...storageFaults(parts),
  ...portFaults(parts),
  ...cachingFaults(parts),
  ...limitFaults(parts),
  ...nodeFaults(parts),
];

function storageFaults({ storage, nodes, managers }: Parts): readonly Fault[] {
  const { arbiter, replicas } = storage ?? {};
  const faults: Fault[] = [];
  const place = { path: ['storage', 'arbiter'], atKey: false };
  if (arbiter !== undefined && nodes?.includes(arbiter) === false) {
    faults.push({ ...place, what: `${arbiter} is not one of the nodes` });
  }
  if (arbiter !== undefined && replicas !== 3) {
    faults.push({ ...place, what: 'goes with storage.replicas: 3 only' });
  }
  if (managers !== undefined && nodes !== undefined && managers > nodes.length) {
    const what = `${managers} of ${nodes.length} nodes`;
    faults.push({ path: ['managers'], atKey: false, what });
  }
  return faults;
}

/** Without a cluster there is no authority of its own that could sign a certificate. */
function cachingFaults({ publication, tls }: Parts): readonly Fault[] {
  if (publication?.mode !== 'caching' || tls?.mode !== 'private') return [];
  const what = 'expected "own": a caching server shows a certificate that you give it';
  return [{ path: ['tls', 'mode'], atKey: false, what }];
}

function portFaults({ ports = {} as Configuration['ports'] }: Parts): readonly Fault[] {
  const taken = new Map(Object.entries(ports).map(([key, port]) => [port, `ports.${key}`]));
  return Object.entries(ports).flatMap(([key, port]): readonly Fault[] => {
    const user = taken.get(port) === `ports.${key}` ? clusterUseOf(port) : taken.get(port);
    if (user === undefined) return [];
    return [{ path: ['ports', key], atKey: false, what: `${port} is for ${user} already` }];
  });
}

function limitFaults({ limits }: Parts): readonly Fault[] {
  if (limits === undefined || limits.krillRsyncTreeMiB <= limits.krillMiB - 256) return [];
  const what = `leaves Krill less than 256 MiB of its limits.krillMiB, ${limits.krillMiB}`;
  return [{ path: ['limits', 'krillRsyncTreeMiB'], atKey: false, what }];
}

const nodeFaults = ({ nodes = [] }: Parts): readonly Fault[] =>
  nodes.flatMap((ip, index) =>
    nodes.indexOf(ip) === index
      ? []
      : [{ path: ['nodes', index], atKey: false, what: `${ip} stands there twice` }],
  );
