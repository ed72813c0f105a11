import type { LabHost } from '../../lab.ts';
import type { StatusJson } from '../cluster.ts';
import { eventually } from '../until.ts';
import type { OwnCluster } from './own-cluster.ts';

const settledMs = 120_000;

type Lines = readonly string[];

export interface EndState {
  readonly nodes: readonly object[];
  readonly services: StatusJson['services'];
  readonly swarm: Lines;
  readonly storage: Lines;
  readonly volume: Lines;
  readonly krill: Lines;
  readonly hosts: readonly Lines[];
}

/** All that a formation leaves, in words that do not depend on the run: to be compared. */
export async function endState(cluster: OwnCluster): Promise<EndState> {
  const { lab, hosts } = cluster;
  const status = await eventually(() => cluster.status(), isSettled, settledMs);
  const lines = async (host: LabHost, script: string): Promise<Lines> =>
    (await lab.sh(host, script)).split('\n').filter((line) => line !== '');
  return {
    nodes: status.nodes.map(({ session: _, serial, ...row }) => ({
      ...row,
      serves: serial !== null,
    })),
    services: status.services,
    swarm: await lines('h1', swarmScript),
    storage: await lines('h1', storageScript),
    volume: await lines('h1', volumeScript),
    krill: await lines('h1', 'krillc list; krillc pubserver publishers list'),
    hosts: await Promise.all(hosts.map((host) => lines(host, hostScript))),
  };
}

const swarmScript = `docker node inspect $(docker node ls -q) --format \
  '{{.Description.Hostname}} {{.Status.State}} {{.Spec.Role}} {{.Spec.Availability}} {{json .Spec.Labels}}' | sort
  docker service ls --format '{{.Name}} {{.Replicas}}'`;

const storageScript = `gluster volume info krillmanager | grep -v '^Volume ID:' | sort
  gluster volume heal krillmanager info | grep -c 'Number of entries: 0'
  gluster peer status | grep '^State:' | sort`;

/** Storage is looked at every few seconds only. */
const isSettled = ({ ok, nodes }: StatusJson): boolean =>
  ok && nodes.every(({ storage }) => storage === 'ok');

/** Names, rights and owners; of Krill's own data only what stands at its top. */
const volumeScript = `cd /var/lib/krillmanager/volume
  find . -path './krill/data/*/*' -prune -o -path ./status -prune -o -printf '%P %m %U:%G\\n' | sort
  cat krill/guard/state.json`;

const hostScript = `grep -c ' km-' /etc/hosts; ls /var/lib/krillmanager/local /run/krillmanager
  systemctl is-active krillmanager-agent var-lib-krillmanager-volume.mount
  docker ps --format '{{.Names}}' | grep -v '^krillmanager-krill\\.' | sort`;
