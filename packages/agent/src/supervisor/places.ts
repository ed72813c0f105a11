import { join } from 'node:path';

/** Where things are inside Krill's container; tests put another root before them. */
export function placesBelow(root: string) {
  const krill = join(root, 'var/krill');
  const guard = join(krill, 'guard');
  return {
    krill,
    data: join(krill, 'data'),
    locks: [join(guard, 'lock.a'), join(guard, 'lock.b')] as const,
    sentinel: join(guard, 'cluster.json'),
    settings: join(guard, 'settings.json'),
    state: join(guard, 'state.json'),
    permit: join(guard, 'permit.json'),
    token: join(guard, 'admin-token'),
    trustAnchor: join(krill, 'ta'),
    configuration: join(root, 'tmp/krill.conf'),
    /** What one call of krillc says and the next one reads. */
    exchange: join(root, 'tmp/krillc.xml'),
    /** Present while the supervisor waits for the locks or a remedy: that counts as healthy. */
    waiting: join(root, 'tmp/waiting'),
  };
}

export type Places = ReturnType<typeof placesBelow>;
