import { describe, expect, test } from '@jest/globals';
import { parseIp, Secret } from '@krillmanager/core';
import { initRequest, joinRequest } from './swarm-requests.ts';

describe('a Swarm', () => {
  test.each([
    { address: '10.55.0.1', listen: '0.0.0.0:2377', advertise: '10.55.0.1:2377' },
    { address: 'fd55::1', listen: '[::]:2377', advertise: '[fd55::1]:2377' },
  ])('on $address is reached at $advertise', ({ address, listen, advertise }) => {
    expect(initRequest(parseIp(address))).toMatchObject({
      ListenAddr: listen,
      AdvertiseAddr: advertise,
      DataPathAddr: address,
    });
  });

  test('notices a dead node soon and forgets old tasks', () => {
    expect(initRequest(parseIp('10.55.0.1')).Spec).toEqual({
      Orchestration: { TaskHistoryRetentionLimit: 5 },
      Dispatcher: { HeartbeatPeriod: 2e9 },
    });
  });

  test('is joined through any of its managers', () => {
    const managers = ['10.55.0.1', 'fd55::2'].map(parseIp);
    expect(joinRequest(managers, new Secret('token'), parseIp('10.55.0.3'))).toEqual({
      ListenAddr: '0.0.0.0:2377',
      AdvertiseAddr: '10.55.0.3:2377',
      DataPathAddr: '10.55.0.3',
      RemoteAddrs: ['10.55.0.1:2377', '[fd55::2]:2377'],
      JoinToken: 'token',
    });
  });
});
