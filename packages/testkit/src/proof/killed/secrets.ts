import type { LabHost } from '../../lab.ts';
import { joinSecretFile, type OwnCluster } from './own-cluster.ts';

const volume = '/var/lib/krillmanager/volume';
const material = `${volume}/join/material.json`;
/** Where the patterns of a search lie, in memory of the host, while it is searched. */
const scratch = '/run/witness';

/** Notes every argument and every environment on all hosts, from before the first `init` on. */
export async function watchProcesses({ lab, hosts }: OwnCluster): Promise<void> {
  const script = `umask 077; mkdir -p ${scratch}; while :; do
    cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | sort -u >>${scratch}/seen
    sleep 0.2; done`;
  const argv = ['systemd-run', '--quiet', '--unit=witness', 'sh', '-c', script];
  await Promise.all(hosts.map((host) => lab.exec(host, argv)));
}

/** What stands in any of the hosts' processes' arguments and environments, now and since then. */
export async function processesSeen(
  { lab, hosts }: OwnCluster,
  secrets: readonly string[],
): Promise<readonly string[]> {
  const found = await Promise.all(
    hosts.map(async (host) => {
      await withPatterns(lab, host, secrets);
      const script = `systemctl stop witness; grep -aFf ${scratch}/patterns ${scratch}/seen | sort -u || true
        wc -l <${scratch}/seen`;
      return lab.sh(host, script);
    }),
  );
  return found;
}

/** The token that the slaves are to join with, while it lies on the volume. */
export interface JoinMaterialSeen {
  readonly mode: string;
  readonly token: string;
}

/** Null when there is none now. */
export async function seeJoinMaterial({ lab }: OwnCluster): Promise<JoinMaterialSeen | null> {
  const script = `test ! -e ${material} || { stat -c '%a %u:%g' ${material}; cat ${material}; }`;
  const [mode, text] = (await lab.sh('h1', script)).split('\n');
  if (mode === undefined || text === undefined) return null;
  return { mode, token: (JSON.parse(text) as { token: string }).token };
}

/** Values that stand for a secret wherever they are found, by what they are. */
export async function knownSecrets(
  { lab }: OwnCluster,
  joinToken: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const read = (path: string): Promise<string> => lab.sh('h1', `cat ${volume}/${path}`);
  const token = (role: string): Promise<string> =>
    lab.sh('h1', `docker swarm join-token -q ${role}`);
  return new Map([
    ['the token that slaves joined with', tokenParts(joinToken)],
    [
      "the Swarm's tokens now",
      [...tokenParts(await token('worker')), ...tokenParts(await token('manager'))],
    ],
    ["the token of Krill's administrator", [(await read('krill/guard/admin-token')).trim()]],
    ["the key of the cluster's authority", keyLines(await read('tls/authority.key'))],
    ['the key that NGINX serves with', keyLines(await read('tls/server.key'))],
    [
      'the secret that slaves know their master by',
      [await lab.sh('h1', `cat ${joinSecretFile}`)].map((text) => text.trim()),
    ],
    ["the key of Krill's own port", keyLines(await read('krill/data/ssl/key.pem'))],
  ]);
}

/** SWMTKN-1-(digest of the root certificate)-(secret) */
const tokenParts = (token: string): readonly string[] => [token.trim().split('-').at(-1) ?? ''];

/** A line from the middle of a PEM file: the first has the type of the key, as all have it. */
const keyLines = (pem: string): readonly string[] =>
  pem.trim().split('\n').slice(2, -1).slice(0, 1);

const searched = [
  '/etc /opt/krillmanager /root /run /tmp /var/log /var/tmp /var/lib/docker /var/lib/glusterd',
  '/var/lib/krillmanager/local /var/lib/krillmanager/publish /var/lib/krillmanager/serving /var/lib/krillmanager/told /srv',
].join(' ');

/** Files on a host's own disks and in its memory that hold one of the secrets: "mode uid:gid path". */
export async function filesWith(
  { lab }: OwnCluster,
  host: LabHost,
  secrets: readonly string[],
): Promise<readonly string[]> {
  await withPatterns(lab, host, secrets);
  const script = `find ${searched} -path ${scratch} -prune -o -path '*/.glusterfs/*' -prune -o -type f -size -64M -print0 2>/dev/null |
    xargs -0 -r grep -alsFf ${scratch}/patterns | xargs -r -d '\\n' stat -c '%a %u:%g %n' | sort`;
  return (await lab.sh(host, script)).split('\n').filter((line) => line !== '');
}

/** All that Docker, the journal and our own commands say on a host, as far as a secret is in it. */
export async function saidWith(
  { lab }: OwnCluster,
  host: LabHost,
  secrets: readonly string[],
): Promise<string> {
  await withPatterns(lab, host, secrets);
  const script = `{
    docker ps -aq | xargs -r docker inspect; docker images -q | xargs -r docker inspect
    docker images -q | xargs -r -n 1 docker history --no-trunc; docker network ls -q | xargs -r docker inspect
    for container in $(docker ps -aq); do docker logs "$container"; done
    docker info; docker service ls -q | xargs -r docker service inspect; docker node ls -q | xargs -r docker node inspect
    docker service ls -q | xargs -r -n 1 docker service ps --no-trunc; docker config ls; docker secret ls
    journalctl --no-pager --output=json --all; gluster volume info
    krillmanager status --json; krillmanager config show --json; krillmanager version
    for path in facts status ready live; do curl -s "http://127.0.0.1:9655/$path"; done
    for part in krill nginx rsyncd krillsync agent; do krillmanager logs $part --tail=1000; done
  } 2>&1 | tee ${scratch}/said | grep -aFf ${scratch}/patterns | head -c 2000 || true; test "$(wc -c <${scratch}/said)" -gt 100000`;
  return lab.sh(host, script);
}

/** By standard input, so that the search itself shows no secret. */
async function withPatterns(
  lab: OwnCluster['lab'],
  host: LabHost,
  secrets: readonly string[],
): Promise<void> {
  const script = `umask 077; mkdir -p ${scratch}; cat >${scratch}/patterns`;
  await lab.sh(host, script, { stdin: `${secrets.join('\n')}\n` });
}
