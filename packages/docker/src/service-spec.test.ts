import { describe, expect, test } from '@jest/globals';
import { type SingletonSpec, specHash } from '@krillmanager/core';
import { serviceSpec } from './service-spec.ts';

const spec: SingletonSpec = {
  name: 'krill',
  image: '127.0.0.1:9/krillmanager/krill:abc',
  argv: ['/opt/supervisor', 'cluster'],
  env: { HOME: '/tmp' },
  user: '1012:1012',
  capabilities: [],
  mounts: [
    { type: 'bind', source: '/volume/krill', target: '/var/krill', readOnly: false },
    { type: 'tmpfs', target: '/tmp', sizeBytes: 1024, mode: 0o1777 },
  ],
  memoryBytes: 1 << 30,
  pids: 200,
  nofile: 65536,
  stopSignal: 'SIGTERM',
  stopGraceSeconds: 20,
  health: null,
  requireLabels: { krill: 'ok', zone: 'a' },
  restartDelaySeconds: 1.5,
};
const service = serviceSpec(spec);

describe('a singleton', () => {
  test('runs once, on the network of the host, and the old one stops first', () => {
    expect(service).toMatchObject({
      Name: 'krillmanager-krill',
      Mode: { Replicated: { Replicas: 1 } },
      UpdateConfig: { Parallelism: 1, Order: 'stop-first' },
      TaskTemplate: { Networks: [{ Target: 'host' }] },
    });
  });

  test('runs only where all of the labels are', () => {
    expect(service.TaskTemplate?.Placement).toEqual({
      Constraints: ['node.labels.krill==ok', 'node.labels.zone==a'],
    });
  });

  test('is started again for ever', () => {
    expect(service.TaskTemplate?.RestartPolicy).toEqual({ Condition: 'any', Delay: 1.5e9 });
  });

  test('may do no more than it needs', () => {
    expect(service.TaskTemplate).toMatchObject({
      ContainerSpec: {
        Command: ['/opt/supervisor', 'cluster'],
        User: '1012:1012',
        ReadOnly: true,
        CapabilityDrop: ['ALL'],
        CapabilityAdd: [],
        Ulimits: [{ Name: 'nofile', Soft: 65536, Hard: 65536 }],
        StopGracePeriod: 20e9,
      },
      Resources: { Limits: { MemoryBytes: 1 << 30, Pids: 200 } },
    });
  });

  test('is known by the labels of the service, its container tells its specification only', () => {
    expect(service.Labels).toEqual({
      'net.krillmanager.part': 'krill',
      'net.krillmanager.spec': specHash(spec),
    });
    expect(service.TaskTemplate).toMatchObject({
      ContainerSpec: { Labels: { 'net.krillmanager.spec': specHash(spec) } },
    });
    expect(service.TaskTemplate).not.toHaveProperty([
      'ContainerSpec',
      'Labels',
      'net.krillmanager.part',
    ]);
  });
});
