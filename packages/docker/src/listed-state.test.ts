import { expect, test } from '@jest/globals';
import { ownerLabel } from '@krillmanager/core';
import type { ContainerInspectInfo } from 'dockerode';
import { listedState } from './listed-state.ts';

test.each([
  ['/krillmanager-nginx', 'nginx'],
  ['/krillmanager-nginx.next', 'nginx.next'],
  ['/krillmanager-nginx.old', 'nginx.old'],
  ['/renamed-by-somebody', 'nginx'],
])('a container that Docker calls %s is listed as %s', (dockerName, name) => {
  const found = {
    Id: 'c1',
    Name: dockerName,
    Config: { Labels: { [ownerLabel]: 'nginx' } },
    State: { Running: true, Restarting: false, StartedAt: '2026-01-01T00:00:00Z' },
    RestartCount: 0,
  } as unknown as ContainerInspectInfo;
  expect(listedState(found).name).toBe(name);
});
