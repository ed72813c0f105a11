import { describe, expect, test } from '@jest/globals';
import { serviceState, type TaskObject } from './service-state.ts';

describe('a service', () => {
  const service = {
    ID: 's1',
    Spec: {
      Labels: { 'net.krillmanager.part': 'krill', 'net.krillmanager.spec': 'hash' },
      Mode: { Replicated: { Replicas: 1 } },
    },
  };
  const task = (at: number, desired: string, state: string, error = ''): TaskObject => ({
    ServiceID: 's1',
    NodeID: `n${at}`,
    DesiredState: desired,
    Spec: { ContainerSpec: { Labels: { 'net.krillmanager.spec': 'hash' } } },
    Status: { State: state, Timestamp: new Date(at * 1000).toISOString(), Err: error },
  });

  test('runs where Swarm wants it to run, not where a dead node ran it', () => {
    const tasks = [task(1, 'shutdown', 'running'), task(2, 'running', 'running')];
    expect(serviceState(service, tasks)).toMatchObject({ running: 1, nodeId: 'n2' });
  });

  test('does not run as long as only its last specification does', () => {
    const last = { 'net.krillmanager.spec': 'last hash' };
    const tasks = [{ ...task(1, 'running', 'running'), Spec: { ContainerSpec: { Labels: last } } }];
    expect(serviceState(service, tasks)).toMatchObject({ running: 0, nodeId: null });
  });

  test('tells its newest error while it does not run', () => {
    const failures = [task(1, 'shutdown', 'failed', 'old'), task(2, 'shutdown', 'failed', 'new')];
    expect(serviceState(service, failures)).toMatchObject({ running: 0, lastError: 'new' });
    const running = [...failures, task(3, 'running', 'running')];
    expect(serviceState(service, running).lastError).toBeNull();
  });

  test('has nothing to do with the tasks of others', () => {
    const other = { ...task(1, 'running', 'running'), ServiceID: 's2' };
    expect(serviceState(service, [other]).running).toBe(0);
  });
});
