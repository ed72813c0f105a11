import { join } from 'node:path';
import { krillWaiting, supervisorReports } from '@krillmanager/core';

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
    childRequest: join(guard, 'child-request.xml'),
    publisherRequest: join(guard, 'publisher-request.xml'),
    configuration: join(root, 'tmp/krill.conf'),
    /** What one call of krillc says and the next one reads. */
    exchange: join(root, 'tmp/krillc.xml'),
    /** What the agent's heartbeats show. */
    majority: join(root, 'run/krillmanager/heartbeats/majority.json'),
    /** Present while the supervisor waits for the locks or a remedy: that counts as healthy. */
    waiting: join(root, krillWaiting),
    /** Why Krill is not started, for the agent of the node. */
    refusal: join(root, supervisorReports.inside, supervisorReports.refusal),
  };
}

export type Places = ReturnType<typeof placesBelow>;
