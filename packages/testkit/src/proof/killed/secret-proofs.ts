import { beforeAll, describe, expect, test } from '@jest/globals';
import { joinSecretFile, type OwnCluster } from './own-cluster.ts';
import {
  filesWith,
  type JoinMaterialSeen,
  knownSecrets,
  processesSeen,
  saidWith,
} from './secrets.ts';

/** What the runs of `init` left: what they printed, and the join material that was seen meanwhile. */
export interface Formation {
  readonly said: string;
  readonly material: JoinMaterialSeen | null;
}

const minuteMs = 60_000;

/**
 * Where secrets have to lie, on every node: in its copy of the volume, what NGINX there needs, and what
 * the operator gave it.
 */
const places = [
  `600 0:0 ${joinSecretFile}`,
  '600 0:0 /srv/krillmanager/brick/tls/authority.key',
  '600 0:0 /srv/krillmanager/brick/tls/server.key',
  '600 0:0 /var/lib/krillmanager/serving/tls/internal.key',
  '600 0:0 /var/lib/krillmanager/serving/tls/server.key',
  '600 1012:1012 /srv/krillmanager/brick/krill/data/ssl/key.pem',
  '600 1012:1012 /srv/krillmanager/brick/krill/guard/admin-token',
];

/** What a slave was told when it was made one; it keeps it until it leaves. */
const recruitment = '600 0:0 /var/lib/krillmanager/told/recruit.json';

/** Secrets are where they have to be, and nowhere else. */
export function secretProofs(cluster: OwnCluster, formed: () => Formation): void {
  const { lab, hosts } = cluster;
  let secrets: readonly string[] = [];

  beforeAll(async () => {
    const known = await knownSecrets(cluster, formed().material?.token ?? '');
    secrets = [...known.values()].flat();
    // A pattern that is empty would be found everywhere, one that is short by chance.
    for (const [what, values] of known) {
      expect([what, values.every((value) => value.length >= 20) && values.length > 0]).toEqual([
        what,
        true,
      ]);
    }
  }, minuteMs);

  describe('a secret', () => {
    test('of joining was readable to root alone, is gone, and void', async () => {
      expect(formed().material).toMatchObject({ mode: '600 0:0' });
      expect(await lab.sh('h1', 'ls -A /var/lib/krillmanager/volume/join')).toBe('');
      const now = await lab.sh('h1', 'docker swarm join-token -q worker');
      expect(now.trim()).not.toBe(formed().material?.token);
    });

    test('stands in no argument and no environment, while init runs and after', async () => {
      for (const seen of await processesSeen(cluster, secrets)) {
        // Nothing found, and the number of lines looked at.
        expect(Number(seen.trim())).toBeGreaterThan(1000);
      }
    });

    test('stands in no plan, event or message of init', async () => {
      const plan = await cluster.init('--dry-run', '--json');
      for (const secret of secrets) expect(`${formed().said}${plan}`.includes(secret)).toBe(false);
      expect(formed().said).toContain('"kind":"join.open"');
    });

    test.each(hosts)('is said on %s by nobody: Docker, journal, status, logs', async (host) => {
      expect(await saidWith(cluster, host, secrets)).toBe('');
    });

    test.each(hosts)('lies on %s only where it has to, for its owner alone', async (host) => {
      expect(await filesWith(cluster, host, secrets)).toEqual(
        host === 'h1' ? places : [...places, recruitment].toSorted(),
      );
    });

    test("of Krill's CAs can be read by Krill's user alone", async () => {
      const script = `cd /srv/krillmanager/brick/krill; find data/keys -type f -printf '%m %u\\n' | sort -u
        stat -c '%a %u' guard data/ssl`;
      expect((await lab.sh('h2', script)).trim().split('\n')).toEqual([
        '600 1012',
        '700 1012',
        '700 1012',
      ]);
    });
  });
}
