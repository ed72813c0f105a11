import { expect, test } from '@jest/globals';
import { engineInfo } from './engine-info.ts';

const version = { Version: '20.10.24', ApiVersion: '1.41' };

test.each([
  { options: null, rootless: false, usernsRemap: false },
  { options: ['name=seccomp,profile=default'], rootless: false, usernsRemap: false },
  { options: ['name=rootless', 'name=cgroupns'], rootless: true, usernsRemap: false },
  { options: ['name=userns', 'name=seccomp,p=other'], rootless: false, usernsRemap: true },
])('a daemon with $options', ({ options, rootless, usernsRemap }) => {
  const info = { LiveRestoreEnabled: true, SecurityOptions: options, DockerRootDir: '/d' };
  expect(engineInfo(info, version)).toEqual({
    version: '20.10.24',
    apiVersion: '1.41',
    liveRestore: true,
    rootDir: '/d',
    rootless,
    usernsRemap,
  });
});
