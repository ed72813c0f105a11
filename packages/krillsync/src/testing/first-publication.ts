import { expect } from '@jest/globals';
import type { NodeOnDisk } from './node-on-disk.ts';
import { byPath, byUri } from './scene.ts';

/** What is used of the testkit's RrdpRepository: this package does not import the testkit itself. */
interface Publishes {
  publish(uri: string, content: string): Publishes;
  commit(): unknown;
}

interface Published {
  readonly session: string;
  readonly serial: number;
  readonly objects: Parameters<typeof byUri>[0];
}

export const uri = (name: string): string => `rsync://repo.example.net/repo/${name}`;

/** Three objects in two directories, one of them empty, as the first serial. */
export function publishFirst<R extends Publishes>(repository: R): R {
  repository.publish(uri('ca1/a.roa'), 'a1').publish(uri('ca1/0/b.cer'), 'b1');
  repository.publish(uri('top.mft'), '').commit();
  return repository;
}

/** Ten objects in one directory, as the first serial. */
export function publishTen<R extends Publishes>(repository: R): R {
  for (let n = 0; n < 10; n += 1) repository.publish(uri(`ca/${n}.roa`), String(n));
  repository.commit();
  return repository;
}

/** The node shows the repository as it is now, over both transports. */
export function expectServes(node: NodeOnDisk, { session, serial, objects }: Published): void {
  expect(node.notification()).toMatchObject({ session, serial });
  expect(node.rrdpView()).toEqual(byUri(objects));
  expect(node.rsyncView()).toEqual(byPath(objects));
}
