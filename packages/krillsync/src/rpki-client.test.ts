import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { krillsync, placesOf } from './testing/run-command.ts';
import { Scene } from './testing/scene.ts';
import { type SignedObjects, signedObjects } from './testing/signed-objects.ts';

// Keys are made, and validators started.
jest.setTimeout(60_000);

const scene = new Scene();
const path = process.env.PATH;
const roa = 'rsync://repo.example.net/repo/ca/a.roa';
let signed: SignedObjects;

beforeAll(() => {
  // The validator gives up root, and its user has to get here.
  chmodSync(scene.root, 0o755);
  signed = signedObjects(join(scene.root, 'openssl'));
  // As cron has it; Debian's rpki-client is elsewhere.
  process.env.PATH = '/usr/bin:/bin';
});

afterAll(() => {
  process.env.PATH = path;
  scene.remove();
});

function published(name: string, change: (objects: Map<string, Buffer>) => void) {
  const objects = new Map(signed.objects);
  change(objects);
  const repository = new RrdpRepository({ dir: join(scene.root, name, 'source') });
  for (const [uri, content] of objects) repository.publish(uri, content);
  repository.commit();
  const tal = join(scene.root, `${name}.tal`);
  writeFileSync(tal, signed.tal);
  const [uri = '', ...places] = placesOf(scene, scene.node(name));
  const source = ['--source-uri-base', repository.dir];
  const checks = ['--tal', tal, '--offline-validation', '--tal-reject-invalid'];
  return krillsync(uri, ...places, ...source, ...checks);
}

describe('the real rpki-client', () => {
  test('has nothing to say of what is sound', async () => {
    expect(await published('sound', () => {})).toEqual({ code: 0, out: '', err: '' });
  });

  test.each<{ what: string; change: (objects: Map<string, Buffer>) => void; says: string }>`
    what              | change                                           | says
    ${'was altered'}  | ${(all: Map<string, Buffer>) => alter(all)}      | ${'repo.example.net/repo/ca/ta.mft: bad message digest for a.roa'}
    ${'is not there'} | ${(all: Map<string, Buffer>) => all.delete(roa)} | ${'repo.example.net/repo/ca/'}
  `('has an object refused that $what', async ({ what, change, says }) => {
    const { code, err } = await published(what.replaceAll(' ', '-'), change);
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining(`serial 1 is not valid: ${says}`),
    });
  });
});

/** The last byte is the signature's. */
function alter(objects: Map<string, Buffer>): void {
  const content = Buffer.from(objects.get(roa) ?? '');
  content[content.length - 1] = (content.at(-1) ?? 0) ^ 1;
  objects.set(roa, content);
}
