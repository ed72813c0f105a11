import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { good, object } from './testing/bad-elements.ts';
import { HttpsScene } from './testing/https-scene.ts';
import { type NodeOnDisk, notificationUri } from './testing/node-on-disk.ts';
import { krillsync, placesOf, stateDirOf } from './testing/run-command.ts';
import { Scene } from './testing/scene.ts';

const certificates = new Scene();
let scene: HttpsScene;
let node: NodeOnDisk;
let repository: RrdpRepository;

beforeEach(async () => {
  scene = new HttpsScene(certificates.root);
  node = scene.node();
  repository = new RrdpRepository({ dir: scene.sourceDir });
  repository.publish(good, 'good').commit();
  await krillsync(...placesOf(scene, node));
});

afterEach(() => scene.remove());
afterAll(() => certificates.remove());

const uriOf = (kind: 'snapshot' | 'delta'): string =>
  new RegExp(`<${kind} .*?uri="([^"]*)"`).exec(repository.notification())?.[1] ?? '';

/** One of each kind; the others are in the tests of `update`. */
describe('the command names the file and what is wrong with it', () => {
  const bad = 'rsync://h/m/../evil.roa';
  const snapshotOf = (...elements: readonly string[]) => {
    repository.resetSession().publish(good, 'other').commit();
    repository.writeSnapshot(repository.document('snapshot', elements));
  };
  const otherHash = () => {
    repository.publish(good, 'other').commit();
    const text = repository.notification();
    repository.writeSnapshot(repository.document('snapshot', []));
    repository.writeNotification(text);
  };
  const otherUri = (uri: string) => {
    const text = repository.notification();
    repository.writeNotification(text.replace(/(<snapshot uri=)"[^"]*"/, `$1"${uri}"`));
  };

  test.each<{ what: string; make: () => void; says: () => readonly string[] }>`
    what                     | make                                               | says
    ${'a URI in a snapshot'} | ${() => snapshotOf(object(bad))}                   | ${() => [uriOf('snapshot'), bad, '".."']}
    ${'an object twice'}     | ${() => snapshotOf(object(good), object(good))}    | ${() => [uriOf('snapshot'), good, 'has the place']}
    ${'what is no base64'}   | ${() => snapshotOf(object(good, 'Q'))}             | ${() => [uriOf('snapshot'), good, 'base64']}
    ${'XML'}                 | ${() => snapshotOf('<!DOCTYPE x>')}                | ${() => [uriOf('snapshot'), 'document type']}
    ${'a hash'}              | ${otherHash}                                       | ${() => [uriOf('snapshot'), 'has hash']}
    ${'the notification'}    | ${() => repository.writeNotification('<nonsense')} | ${() => [notificationUri.text, 'before the document was complete']}
    ${'a URI in it'}         | ${() => otherUri('https://evil.example.net/x')}    | ${() => [notificationUri.text, 'https://evil.example.net/x', 'origin']}
  `('$what', async ({ make, says }) => {
    make();
    const { code, err } = await krillsync(...placesOf(scene, node));
    expect(code).toBe(1);
    for (const text of says()) expect(err).toContain(text);
  });

  test('a delta, which is left out', async () => {
    repository.publish(good, 'other').commit();
    repository.writeDelta(repository.document('delta', [object(bad)]));
    const { code, err } = await krillsync(...placesOf(scene, node));
    expect(code).toBe(0);
    for (const text of ['delta 2', uriOf('delta'), bad]) expect(err).toContain(text);
  });

  test('an answer over https', async () => {
    const origin = await scene.origin.listen();
    origin.behaviour.intercept = (_, response) => void response.writeHead(403).end() === undefined;
    const source = ['--source-uri-base', origin.base, '--ca-file', origin.caFile];
    const { code, err } = await krillsync(notificationUri.text, ...source, '-s', stateDirOf(node));
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining(`${origin.base}notification.xml answers 403`),
    });
  });
});
