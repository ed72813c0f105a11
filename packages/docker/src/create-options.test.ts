import { describe, expect, test } from '@jest/globals';
import { type ContainerSpec, specHash } from '@krillmanager/core';
import { lastingOptions, onceOptions } from './create-options.ts';

const spec: ContainerSpec = {
  name: 'nginx',
  image: '127.0.0.1:9/krillmanager/nginx:abc',
  argv: ['nginx', '-g', 'daemon off;'],
  env: { LANG: 'C' },
  user: null,
  capabilities: ['NET_BIND_SERVICE'],
  mounts: [
    { type: 'bind', source: '/srv', target: '/srv', readOnly: true, propagation: 'rslave' },
    { type: 'tmpfs', target: '/tmp', sizeBytes: 1024, mode: 0o1777 },
  ],
  memoryBytes: 1 << 28,
  pids: 100,
  nofile: 65536,
  stopSignal: 'SIGQUIT',
  stopGraceSeconds: 10,
  health: {
    argv: ['check', '--fast'],
    intervalSeconds: 5,
    timeoutSeconds: 0.5,
    startSeconds: 10,
    retries: 3,
  },
};

describe('a part of the serving stack', () => {
  const options = lastingOptions(spec, 'krillmanager-nginx');

  test('is what the specification says, on the network of the host', () => {
    expect(options).toMatchObject({
      name: 'krillmanager-nginx',
      Image: spec.image,
      Entrypoint: ['nginx', '-g', 'daemon off;'],
      Cmd: [],
      Env: ['LANG=C'],
      StopSignal: 'SIGQUIT',
      StopTimeout: 10,
      HostConfig: { NetworkMode: 'host', RestartPolicy: { Name: 'unless-stopped' } },
    });
  });

  test('may do no more than it needs', () => {
    expect(options.HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      CapAdd: ['NET_BIND_SERVICE'],
      SecurityOpt: ['no-new-privileges'],
      Memory: 1 << 28,
      MemorySwap: 1 << 28,
      PidsLimit: 100,
      Ulimits: [{ Name: 'nofile', Soft: 65536, Hard: 65536 }],
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
    });
  });

  test('has binds that are never made up and a tmpfs of its size', () => {
    expect(options.HostConfig?.Mounts).toEqual([
      {
        Type: 'bind',
        Source: '/srv',
        Target: '/srv',
        ReadOnly: true,
        BindOptions: { Propagation: 'rslave' },
      },
      { Type: 'tmpfs', Source: '', Target: '/tmp', TmpfsOptions: { SizeBytes: 1024, Mode: 1023 } },
    ]);
  });

  test('is checked in nanoseconds', () => {
    expect(options.Healthcheck).toEqual({
      Test: ['CMD', 'check', '--fast'],
      Interval: 5e9,
      StartInterval: 5e9,
      Timeout: 5e8,
      StartPeriod: 10e9,
      Retries: 3,
    });
  });

  test('is known by its labels', () => {
    expect(options.Labels).toEqual({
      'net.krillmanager.part': 'nginx',
      'net.krillmanager.spec': specHash(spec),
    });
  });

  test('runs as the user that is asked for, else as the one of its image', () => {
    expect(options).not.toHaveProperty('User');
    expect(lastingOptions({ ...spec, user: '1013:1013' }, 'x').User).toBe('1013:1013');
  });

  test('runs the program of its image when no other is asked for', () => {
    expect(lastingOptions({ ...spec, argv: [] }, 'x')).not.toHaveProperty('Entrypoint');
  });
});

describe('a command that runs once', () => {
  test('is no part of the serving stack, and goes away', () => {
    const options = onceOptions(spec, true);
    expect(options).not.toHaveProperty('Labels');
    expect(options).toMatchObject({
      OpenStdin: true,
      StdinOnce: true,
      HostConfig: { AutoRemove: true, RestartPolicy: { Name: 'no' }, CapDrop: ['ALL'] },
    });
  });

  test('reads nothing when nothing is given', () => {
    expect(onceOptions(spec, false).OpenStdin).toBe(false);
  });
});
