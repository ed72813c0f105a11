import { bracketed, type Ip, type Secret } from '@krillmanager/core';
import { nanoseconds } from './health-config.ts';
import { heartbeatSeconds, swarmPort, taskHistory } from './policy.ts';

/**
 * Every address of the family: dockerd fails to bring its Swarm up when the one address is not
 * there yet at boot, and the firewall decides who reaches the port.
 */
const listen = (ip: Ip): string => `${ip.includes(':') ? '[::]' : '0.0.0.0'}:${swarmPort}`;

const endpoint = (ip: Ip): string => `${bracketed(ip)}:${swarmPort}`;

const addresses = (advertise: Ip) => ({
  ListenAddr: listen(advertise),
  AdvertiseAddr: endpoint(advertise),
  DataPathAddr: advertise,
});

export const initRequest = (advertise: Ip) => ({
  ...addresses(advertise),
  ForceNewCluster: false,
  Spec: {
    Orchestration: { TaskHistoryRetentionLimit: taskHistory },
    Dispatcher: { HeartbeatPeriod: nanoseconds(heartbeatSeconds) },
  },
});

export const joinRequest = (managers: readonly Ip[], token: Secret, advertise: Ip) => ({
  ...addresses(advertise),
  RemoteAddrs: managers.map(endpoint),
  JoinToken: token.reveal(),
});
