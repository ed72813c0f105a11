import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { LabHost } from '../../lab.ts';
import { eventually } from '../until.ts';
import type { OwnCluster } from './own-cluster.ts';

const volume = '/var/lib/krillmanager/volume';
const minuteMs = 60_000;
const krill = `${volume}/krill`;

interface Situation {
  readonly name: string;
  readonly spoil: string;
  readonly mend: string;
  readonly says: string;
  readonly todo: string;
}

/** On the volume, so for every node. */
const situations: readonly Situation[] = [
  {
    name: 'the sentinel is of another cluster',
    spoil: `cp -p ${krill}/guard/cluster.json /root/sentinel; sed -i 's/"id":"[^"]*"/"id":"other"/' ${krill}/guard/cluster.json`,
    mend: `cp -p /root/sentinel ${krill}/guard/cluster.json`,
    says: 'the volume belongs to cluster other, not ',
    todo: 'mount that of this cluster',
  },
  {
    name: 'its data is gone, and it was initialised',
    spoil: `mkdir ${krill}/kept; mv ${krill}/data/cas ${krill}/data/pubd ${krill}/data/keys ${krill}/kept/`,
    mend: `mv ${krill}/kept/* ${krill}/data/; rmdir ${krill}/kept`,
    says: 'it was initialised, but its data directory is empty',
    todo: 'restore',
  },
];

const keepCommand = `docker service inspect krillmanager-krill --format \
  '{{.Spec.TaskTemplate.ContainerSpec.Image}} {{join .Spec.TaskTemplate.ContainerSpec.Command " "}}' >/root/krill-argv`;

/** Krill never starts where it must not; whoever looks is told why, and what to do. */
export function guardProofs(cluster: OwnCluster): void {
  const { lab, hosts } = cluster;
  /** What Krill has, and that nothing was initialised: changes when anybody touches it. */
  const untouched = `cat ${krill}/guard/state.json; ls ${krill}/guard; find ${krill}/data -path '*/repo/rsync' -prune -o -type f -printf '%P %s %T@\\n' | sort | sha256sum`;
  const krills = async (): Promise<readonly string[]> =>
    Promise.all(hosts.map((host) => lab.sh(host, 'pgrep -x krill || true')));
  const none = hosts.map(() => '');

  beforeAll(() => lab.sh('h1', keepCommand));
  beforeEach(async () => {
    const stop = () => lab.exec('h1', ['krillmanager', 'stop']);
    // After the mount came back, its agent needs a moment to see it.
    await eventually(stop, () => true, minuteMs);
  });

  describe('Krill does not start, and status says why, when', () => {
    test.each(situations)('$name', async ({ spoil, mend, says, todo }) => {
      await lab.sh('h1', spoil);
      const before = await lab.sh('h1', untouched);
      const began = Date.now();
      const { code, stderr } = await lab.tryExec('h1', ['krillmanager', 'start']);
      const took = Date.now() - began;
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(says) });
      expect(stderr).toContain(todo);
      // Of the five minutes that an initialisation may take.
      expect(took).toBeLessThan(minuteMs);
      const { ok, nodes } = await cluster.status();
      expect(ok).toBe(false);
      expect(nodes.flatMap(({ problems }) => problems).join()).toContain(says);
      expect(await krills()).toEqual(none);
      expect(await lab.sh('h1', untouched)).toBe(before);
      await lab.sh('h1', mend);
    });
  });

  describe('where the volume is not mounted', () => {
    const blocked = hosts.map((host): [LabHost] => [host]);
    // As when the package was removed by mistake: the agent tries, and fails.
    const unmountable = 'chmod 0 /sbin/mount.glusterfs; umount -l /var/lib/krillmanager/volume';
    const mountable = 'chmod 755 /sbin/mount.glusterfs';
    const onAll = (script: string) => Promise.all(blocked.map(([host]) => lab.sh(host, script)));
    /** The very command of the service, past Swarm. */
    const byHand = `set -- $(cat /root/krill-argv); image=$1 program=$2; shift 2
      docker run -d --rm --name by-hand --init --network host --user 1012:1012 --tmpfs /tmp \
        --mount type=bind,source=${krill},target=/var/krill \
        --mount type=bind,source=/run/krillmanager/supervisor,target=/run/supervisor \
        --mount type=bind,source=/opt/krillmanager,target=/opt/krillmanager,readonly \
        --entrypoint "$program" "$image" "$@" 2>&1`;

    test('Docker has nothing to bind; an empty directory in its place is refused', async () => {
      const argv = await lab.sh('h1', 'cat /root/krill-argv');
      const before = await lab.sh('h1', untouched);
      await onAll(unmountable);
      for (const host of hosts) await lab.sh(host, 'cat >/root/krill-argv', { stdin: argv });
      const absent = await lab.tryExec('h2', ['sh', '-c', byHand]);
      expect(absent).toMatchObject({ stdout: expect.stringContaining('does not exist') });
      await lab.sh(
        'h2',
        `chattr -i ${volume}; mkdir -p ${krill}/data ${krill}/guard; chown -R 1012 ${krill}`,
      );
      await lab.sh('h2', byHand);
      const says = async (what: string): Promise<readonly boolean[]> =>
        (await cluster.status('h2')).nodes.map(({ problems }) => problems.join().includes(what));
      const areAll = (all: readonly boolean[]): boolean => all.every(Boolean);
      await eventually(() => says('the volume is not mounted'), areAll, minuteMs);
      await eventually(
        () => says('not on the replicated volume'),
        (seen) => seen[1] ?? false,
        minuteMs,
      );
      expect(await krills()).toEqual(none);
      expect(await lab.sh('h2', `find ${krill} -type f`)).toBe('');
      await lab.sh('h2', `docker rm -f by-hand; rm -r ${krill}`);
      await onAll(mountable);
      await eventually(
        () => lab.sh('h1', untouched),
        (now) => now === before,
        minuteMs,
      );
    });
  });

  test('an initialisation that cannot be resumed is started over with consent, and nothing is deleted', async () => {
    const says = 'an initialisation died in its middle and cannot be resumed';
    // As a test bed leaves it, that died before anything was served.
    await lab.sh(
      'h1',
      `echo '{"state":"initialising","mode":"testbed"}' >${krill}/guard/state.json`,
    );
    const started = await lab.tryExec('h1', ['krillmanager', 'start']);
    expect(started).toMatchObject({ code: 1, stderr: expect.stringContaining(says) });
    const problems = async (): Promise<string> =>
      (await cluster.status()).nodes.flatMap((node) => node.problems).join();
    await eventually(problems, (text) => text.includes(says), minuteMs);
    const before = await lab.sh('h1', untouched);
    const asked = await lab.tryExec('h1', cluster.initArgv());
    expect(asked.code).toBe(3);
    expect(asked.stderr).toContain("Starting Krill's initialisation over needs a confirmation");
    expect(asked.stderr).toContain('(keys, CAs, trust anchor) is moved aside on the volume');
    expect(await lab.sh('h1', untouched)).toBe(before);
    await eventually(problems, (text) => text.includes(says), minuteMs);
    await cluster.init('--yes');
    expect(await lab.sh('h1', `ls ${krill}/data-*/cas`)).toBe('ca\n');
    expect(await lab.sh('h1', `cat ${krill}/guard/state.json`)).toBe('{"state":"initialised"}');
    expect((await lab.sh('h1', 'krillc list')).trim()).toBe('ca');
    expect(JSON.parse(await cluster.init('--dry-run', '--json'))).toEqual({
      version: 1,
      steps: [],
    });
    expect((await cluster.status()).ok).toBe(true);
  });
}
