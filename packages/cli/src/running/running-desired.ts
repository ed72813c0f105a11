import type { InstalledRelease, Machine } from '@krillmanager/agent';
import { type ClusterSettings, type Desired, UserError, usualSettings } from '@krillmanager/core';
import { presentSettings, type SettingsPlaces } from '../configuration/present-settings.ts';
import { desiredCluster } from '../init/desired-cluster.ts';
import { ownAddressIn } from '../init/own-address.ts';

/**
 * The cluster as it is, with other settings.
 * @throws UserError when this server cannot tell how it is
 */
export async function runningDesired(
  machine: SettingsPlaces & Pick<Machine, 'addresses'>,
  changed: (settings: ClusterSettings) => ClusterSettings,
  release: InstalledRelease,
): Promise<Desired> {
  const { settings: present, readable } = await presentSettings(machine);
  if (present === null) {
    throw new UserError('this server is not a member of a cluster', {
      hint: 'run "krillmanager init" first',
    });
  }
  if (!readable) {
    throw new UserError('the volume cannot be read here; nothing was changed', {
      hint: 'see "krillmanager status", or run the command on another manager',
    });
  }
  const settings = { ...usualSettings, ...changed(present) };
  const { nodes, restarts, stopped = false, release: _, ...services } = settings;
  const self = ownAddressIn(nodes, machine.addresses());
  return desiredCluster({
    ...{ self, nodes, services, stopped, restarts, given: {}, release, slaveDeadlineSeconds: 0 },
  });
}
