import { describe, expect, test } from '@jest/globals';
import { membership } from './membership.ts';

describe('membership', () => {
  const alone = {
    LocalNodeState: 'inactive',
    NodeID: '',
    NodeAddr: '',
    ControlAvailable: false,
    Error: '',
  } as const;

  test('of nothing', () => {
    expect(membership(alone)).toEqual({
      state: 'inactive',
      nodeId: null,
      clusterId: null,
      manager: false,
      address: null,
      problem: null,
    });
  });

  test('of a manager without a leader', () => {
    const info = {
      LocalNodeState: 'active',
      NodeID: 'n1',
      NodeAddr: '10.55.0.1',
      ControlAvailable: true,
      Error: 'The swarm does not have a leader.',
      Cluster: { ID: '' },
    } as const;
    expect(membership(info)).toEqual({
      state: 'active',
      nodeId: 'n1',
      clusterId: null,
      manager: true,
      address: '10.55.0.1',
      problem: 'The swarm does not have a leader.',
    });
  });
});
