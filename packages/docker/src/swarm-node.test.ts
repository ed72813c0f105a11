import { describe, expect, test } from '@jest/globals';
import { hasRole, type NodeObject, swarmNode, withLabel } from './swarm-node.ts';

describe('a node', () => {
  const node: NodeObject = {
    ID: 'n1',
    Version: { Index: 7 },
    Spec: { Role: 'manager', Availability: 'active', Labels: { krill: 'ok' } },
    Description: { Hostname: 'h1' },
    Status: { State: 'ready', Addr: '10.55.0.1' },
  };
  const manager = (reachability: 'reachable' | 'unreachable'): NodeObject => ({
    ...node,
    ManagerStatus: { Reachability: reachability, Addr: '10.55.0.1:2377' },
  });

  test('has the role that it fulfils, not the one that it was given', () => {
    expect(swarmNode(node).role).toBe('worker');
    expect(swarmNode(manager('unreachable')).role).toBe('manager');
  });

  test('becomes a manager when the others reach it', () => {
    expect([node, manager('unreachable'), manager('reachable')].map(each('manager'))).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('becomes a worker when it has left the managers', () => {
    expect([node, manager('unreachable')].map(each('worker'))).toEqual([true, false]);
  });

  const each = (role: 'manager' | 'worker') => (it: NodeObject) => hasRole(it, role);

  test('keeps its other labels', () => {
    expect(withLabel(node.Spec, 'zone', 'a').Labels).toEqual({ krill: 'ok', zone: 'a' });
    expect(withLabel(node.Spec, 'krill', null).Labels).toEqual({});
  });
});
