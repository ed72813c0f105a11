import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import type { Barrier } from './barrier.ts';
import { badUris, good, object } from './testing/bad-elements.ts';
import { expectServes } from './testing/first-publication.ts';
import { type NodeOnDisk, namesBelow } from './testing/node-on-disk.ts';
import { byUri, Scene } from './testing/scene.ts';

let scene: Scene;
let node: NodeOnDisk;
let repository: RrdpRepository;

beforeEach(async () => {
  scene = new Scene();
  node = scene.node();
  repository = new RrdpRepository({ dir: scene.sourceDir });
  repository.publish(good, 'good').commit();
  await node.update();
});

afterEach(() => scene.remove());

/** Nothing outside, what was served untouched, and the next good serial accepted. */
async function expectRefused(reason: string, { includesHost = false } = {}): Promise<void> {
  const rsync = { dir: node.rsyncDir, includesHost, everyMs: 0 };
  const served = { rrdp: node.rrdpView(), rsync: node.rsyncView() };
  await expect(node.update({ rsync })).rejects.toThrow(reason);
  expect({ rrdp: node.rrdpView(), rsync: node.rsyncView() }).toEqual(served);
  expect(scene.names()).toEqual(['node', 'source']);
  expect(namesBelow(scene.root).filter((name) => name.includes('evil'))).toEqual([]);
  expect(existsSync('/tmp/evil.roa')).toBe(false);
  repository.publish(good, 'better').commit();
  await node.update();
  expectServes(node, repository);
}

describe.each([false, true])('a snapshot, host in the paths: %s', (includesHost) => {
  test.each(badUris)('with %s is refused', async (uri) => {
    repository.resetSession().publish(good, 'other').commit();
    repository.writeSnapshot(repository.document('snapshot', [object(good), object(uri)]));
    await expectRefused(JSON.stringify(uri), { includesHost });
  });
});

describe('a notification', () => {
  test.each([
    'https://rrdp.example.net/rrdp/../../evil.xml',
    'https://rrdp.example.net/rrdp/../rrdp/evil.xml',
    'https://rrdp.example.net/../rrdp/evil.xml',
    'https://rrdp.example.net/evil.xml',
    'https://evil.example.net/rrdp/x.xml',
    'file:///etc/passwd',
  ])('that names %s is refused', async (uri) => {
    repository.publish(good, 'other').commit();
    const text = repository.notification();
    repository.writeNotification(text.replace(/(<snapshot uri=)"[^"]*"/, `$1"${uri}"`));
    await expectRefused(JSON.stringify(uri));
    repository.publish(good, 'third').commit();
    const next = repository.notification();
    repository.writeNotification(next.replace(/(<delta serial="\d+" uri=)"[^"]*"/, `$1"${uri}"`));
    await expectRefused(JSON.stringify(uri));
  });
});

describe('a snapshot', () => {
  const clash = 'has the place of another object';
  test.each<{ what: string; elements: readonly string[]; reason: string }>`
    what                                    | elements                                                              | reason
    ${'an object twice'}                    | ${[object(good), object(good)]}                                       | ${clash}
    ${'two modules with the same path'}     | ${[object(good), object('rsync://other/other/good.roa')]}             | ${clash}
    ${'a file that is a directory too'}     | ${[object(good), object(`${good}/evil`)]}                             | ${clash}
    ${'a file far below another'}           | ${[object(good), object(`${good}/a/b/evil`)]}                         | ${clash}
    ${'a directory that is a file too'}     | ${[object('rsync://h/m/d/evil'), object('rsync://h/m/d')]}            | ${clash}
    ${'a withdrawal'}                       | ${[`<withdraw uri="${good}" hash="${'0'.repeat(64)}"/>`]}             | ${'unknown element <withdraw>'}
    ${'content that is no base64'}          | ${[object(good, 'QU!D')]}                                             | ${'is not base64'}
    ${'content in the URL alphabet'}        | ${[object(good, 'QU_D')]}                                             | ${'is not base64'}
    ${'content with padding in its middle'} | ${[object(good, 'QQ==QUJD')]}                                         | ${'is not base64'}
    ${'content cut short'}                  | ${[object(good, 'QUJDR')]}                                            | ${'is not base64'}
    ${'an object without URI'}              | ${['<publish>QUJD</publish>']}                                        | ${'"uri" is missing'}
    ${'a hash'}                             | ${[`<publish uri="${good}" hash="${'0'.repeat(64)}">QUJD</publish>`]} | ${'unknown attribute "hash"'}
  `('with $what is refused', async ({ elements, reason }) => {
    repository.resetSession().publish(good, 'other').commit();
    repository.writeSnapshot(repository.document('snapshot', elements));
    await expectRefused(reason);
  });

  test.each<{ what: string; change: (text: string) => string }>`
    what                 | change
    ${'another session'} | ${(text: string) => text.replace(/session_id="./, (m) => (m.endsWith('0') ? m.replace('0', '1') : `${m.slice(0, -1)}0`))}
    ${'another serial'}  | ${(text: string) => text.replace('serial="1"', 'serial="3"')}
    ${'another root'}    | ${(text: string) => text.replaceAll('snapshot', 'delta')}
    ${'its end missing'} | ${(text: string) => text.slice(0, -20)}
  `('with $what is refused', async ({ change }) => {
    repository.resetSession().publish(good, 'other').commit();
    repository.writeSnapshot(change(repository.document('snapshot', [object(good)])));
    await expectRefused('/snapshot.xml: ');
  });

  test('with another hash than the notification says is refused', async () => {
    repository.publish(good, 'other').commit();
    const text = repository.notification();
    repository.writeSnapshot(repository.document('snapshot', [object(good)]));
    repository.writeNotification(text);
    await expectRefused('the notification says');
  });

  test('whose base64 has line breaks is taken', async () => {
    repository.publish(good, 'ABC').commit();
    repository.writeSnapshot(repository.document('snapshot', [object(good, '\n  QU\r\n\tJD\n')]));
    await node.update();
    expectServes(node, repository);
  });
});

test('a path of a served file with other content is replaced together with the notification', async () => {
  const [path = ''] = repository.paths;
  const old = repository.notification().match(/<snapshot uri="([^"]*)"/)?.[1] ?? '';
  repository.publish(good, 'other').commit();
  const reused = join(scene.sourceDir, path);
  mkdirSync(dirname(reused), { recursive: true });
  writeFileSync(reused, readFileSync(join(scene.sourceDir, repository.paths[0] ?? '')));
  const text = repository.notification();
  repository.writeNotification(text.replace(/(<snapshot uri=)"[^"]*"/, `$1"${old}"`));
  const before = node.rrdpView();
  const staged: Barrier['staged'] = async ({ time }) => {
    expect(node.rrdpView()).toEqual(before);
    return time;
  };
  await node.update({ barrier: { staged } });
  expect(node.rrdpView()).toEqual(byUri(repository.objects));
});
