import type { Ip, ServicePorts } from '@krillmanager/core';

export interface FirewallWish {
  /** Where NGINX and rsyncd listen. */
  readonly ports: ServicePorts;
  /** Who was let in before and is not any more: ufw and firewalld keep rules until they are told. */
  readonly gone: readonly Ip[];
}
