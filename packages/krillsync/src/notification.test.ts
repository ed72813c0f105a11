import { describe, expect, test } from '@jest/globals';
import { formatNotification, parseNotification, trimDeltas } from './notification.ts';
import { parseNotificationUri } from './uri.ts';

const uri = parseNotificationUri('https://h.example/rrdp/notification.xml');
const session = '9df4b597-af9e-4dca-bdda-719cce2c4e28';
const hash = 'a1'.repeat(32);

const xmlns = 'xmlns="http://www.ripe.net/rpki/rrdp"';
const file = (name: string) => `uri="https://h.example/rrdp/${name}" hash="${hash}"`;
const snapshot = `<snapshot ${file('s.xml')}/>`;
const delta = (serial: number | string, name = `d/${serial}.xml`) =>
  `<delta serial="${serial}" ${file(name)}/>`;

const document = (body: string, attributes = `version="1" session_id="${session}" serial="5"`) =>
  `<notification ${xmlns} ${attributes}>${body}</notification>`;

const parse = (text: string) => parseNotification('it', Buffer.from(text), uri);

describe('parseNotification', () => {
  test('gives snapshot and deltas, newest first, in whatever order they come', () => {
    const text = document(delta(4) + snapshot + delta(5) + delta(3));
    const { deltas, ...rest } = parse(text);
    expect(rest).toEqual({
      session,
      serial: 5,
      snapshot: { uri: 'https://h.example/rrdp/s.xml', path: 's.xml', hash },
    });
    expect(deltas.map(({ serial, path }) => [serial, path])).toEqual([
      [5, 'd/5.xml'],
      [4, 'd/4.xml'],
      [3, 'd/3.xml'],
    ]);
  });

  const attributes = (a: string) => document(snapshot, a);
  test.each<{ what: string; text: string; reason: string }>`
    what                            | text                                                                            | reason
    ${'another root'}               | ${document(snapshot).replaceAll('notification', 'snapshot')}                    | ${'root element is <snapshot>'}
    ${'another namespace'}          | ${document(snapshot).replace('ripe', 'ripo')}                                   | ${'namespace'}
    ${'another version'}            | ${attributes(`version="2" session_id="${session}" serial="5"`)}                 | ${'version is "2"'}
    ${'a session that is no UUID'}  | ${attributes('version="1" session_id="../../etc" serial="5"')}                  | ${'not a UUID'}
    ${'no session'}                 | ${attributes('version="1" serial="5"')}                                         | ${'"session_id" is missing'}
    ${'serial 0'}                   | ${attributes(`version="1" session_id="${session}" serial="0"`)}                 | ${'serial "0"'}
    ${'a negative serial'}          | ${attributes(`version="1" session_id="${session}" serial="-1"`)}                | ${'serial "-1"'}
    ${'a huge serial'}              | ${attributes(`version="1" session_id="${session}" serial="${'9'.repeat(60)}"`)} | ${'serial "999'}
    ${'an unknown attribute'}       | ${attributes(`version="1" session_id="${session}" serial="5" x="y"`)}           | ${'unknown attribute "x"'}
    ${'no snapshot'}                | ${document(delta(5))}                                                           | ${'no snapshot'}
    ${'two snapshots'}              | ${document(snapshot + snapshot)}                                                | ${'more than one snapshot'}
    ${'an unknown element'}         | ${document('<publish/>')}                                                       | ${'unknown element <publish>'}
    ${'a gap'}                      | ${document(snapshot + delta(5) + delta(3))}                                     | ${'no delta 4'}
    ${'deltas that end too early'}  | ${document(snapshot + delta(4))}                                                | ${'no delta 5'}
    ${'deltas of the future'}       | ${document(snapshot + delta(6) + delta(5))}                                     | ${'no delta 5'}
    ${'the same serial twice'}      | ${document(snapshot + delta(5) + delta(5, 'e.xml'))}                            | ${'no delta 4'}
    ${'the same URI twice'}         | ${document(snapshot + delta(5) + delta(4, 'd/5.xml'))}                          | ${'d/5.xml" is named twice'}
    ${'its own URI'}                | ${document(snapshot + delta(5, 'notification.xml'))}                            | ${'notification.xml" is named twice'}
    ${'a file that is a directory'} | ${document(snapshot + delta(5, 's.xml/d.xml'))}                                 | ${'s.xml/d.xml" is below the path'}
    ${'itself as a directory'}      | ${document(snapshot + delta(5, 'notification.xml/d'))}                          | ${'is below the path'}
    ${'a short hash'}               | ${document(snapshot.replace('a1a1', 'a1'))}                                     | ${'64 hexadecimal'}
    ${'traversal by the snapshot'}  | ${document(snapshot.replace('s.xml', '../../../tmp/s.xml'))}                    | ${'/tmp/s.xml" has the path segment ".."'}
    ${'traversal by a delta'}       | ${document(snapshot + delta(5, '../d.xml'))}                                    | ${'/../d.xml" has the path segment ".."'}
    ${'another origin'}             | ${document(snapshot.replace('h.example', 'x.example'))}                         | ${'origin'}
    ${'text'}                       | ${document(snapshot.replace('/>', '>x</snapshot>'))}                            | ${'text in <snapshot>'}
  `('refuses $what', ({ text, reason }) => {
    expect(() => parse(text)).toThrow(reason);
  });
});

describe('trimDeltas', () => {
  const bytes = Buffer.from(document(snapshot + delta(5) + delta(4) + delta(3)));
  const offer = { notification: parse(bytes.toString()), bytes };

  test('leaves a notification with few deltas as it is, byte for byte', () => {
    expect(trimDeltas(offer, 3)).toBe(offer);
    expect(trimDeltas(offer, undefined)).toBe(offer);
  });

  test('keeps the newest', () => {
    const { notification, bytes: trimmed } = trimDeltas(offer, 2);
    expect(notification.deltas.map(({ serial }) => serial)).toEqual([5, 4]);
    expect(parse(trimmed.toString())).toEqual(notification);
  });

  test('writes what it reads', () => {
    expect(parse(formatNotification(offer.notification).toString())).toEqual(offer.notification);
  });
});
