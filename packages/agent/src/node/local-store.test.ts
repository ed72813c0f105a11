import { expect, test } from '@jest/globals';
import { type HostFiles, paths } from '@krillmanager/core';
import { localStore } from './local-store.ts';

test('a file that the disk has damaged is named', async () => {
  const damaged = `${paths.local}/serving.json`;
  const read = async (path: string) => (path === damaged ? '{"hash":' : null);
  const recalled = localStore({ read } as unknown as HostFiles).recall();
  await expect(recalled).rejects.toThrow(`${damaged} is damaged`);
});
