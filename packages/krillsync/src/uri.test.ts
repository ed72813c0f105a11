import { describe, expect, test } from '@jest/globals';
import { parseNotificationUri, parseRsyncUri, RsyncUris, relativePath } from './uri.ts';

/** Knows the directories of all that is right here. */
const uris = new RsyncUris();
for (const path of ['repo', 'Repo/ca/0', 'repo/a', 'm/..a', 'm'])
  uris.parse(`rsync://host/${path}/x`);
uris.parse('rsync://host.example/repo/x');

describe('parseRsyncUri', () => {
  test.each<{ uri: string; authority: string; module: string; path: string }>`
    uri                                       | authority         | module    | path
    ${'rsync://host.example/repo/a.roa'}      | ${'host.example'} | ${'repo'} | ${'a.roa'}
    ${'rsync://HOST.example/Repo/ca/0/b.cer'} | ${'host.example'} | ${'Repo'} | ${'ca/0/b.cer'}
    ${'rsync://host:8873/repo/a~b!@,;=+_%41'} | ${'host:8873'}    | ${'repo'} | ${'a~b!@,;=+_%41'}
    ${'rsync://192.0.2.1/m/..a/...'}          | ${'192.0.2.1'}    | ${'m'}    | ${'..a/...'}
  `('takes $uri apart', ({ uri, authority, module, path }) => {
    for (const parse of [parseRsyncUri, (text: string) => uris.parse(text)]) {
      expect(parse(uri)).toEqual({ text: uri, authority, module, path });
    }
  });

  test.each<{ uri: string; reason: string }>`
    uri                                          | reason
    ${'https://host/repo/a'}                     | ${'does not start with rsync://'}
    ${'rsync:/host/repo/a'}                      | ${'does not start with rsync://'}
    ${'rsync://host/repo'}                       | ${'does not name a file'}
    ${'rsync://host'}                            | ${'empty path segment'}
    ${'rsync://host/repo/'}                      | ${'empty path segment'}
    ${'rsync://host/repo//a'}                    | ${'empty path segment'}
    ${'rsync://host/repo/a/'}                    | ${'empty path segment'}
    ${'rsync://host/repo/../a'}                  | ${'path segment ".."'}
    ${'rsync://host/repo/a/..'}                  | ${'path segment ".."'}
    ${'rsync://host/repo/./a'}                   | ${'path segment "."'}
    ${'rsync://host/../a'}                       | ${'path segment ".."'}
    ${'rsync://../repo/a'}                       | ${'host name'}
    ${'rsync://./repo/a'}                        | ${'host name'}
    ${'rsync:///repo/a'}                         | ${'host name'}
    ${'rsync://user@host/repo/a'}                | ${'host name'}
    ${'rsync://ho st/repo/a'}                    | ${'host name'}
    ${'rsync://host..x/repo/a'}                  | ${'host name'}
    ${'rsync://host\\..\\x/repo/a'}              | ${'host name'}
    ${'rsync://host:65536/repo/a'}               | ${'port above 65535'}
    ${'rsync://host/repo/a\\b'}                  | ${'not allowed in a path'}
    ${'rsync://host/repo/a\0b'}                  | ${'not allowed in a path'}
    ${'rsync://host/repo/a\nb'}                  | ${'not allowed in a path'}
    ${'rsync://host/repo/a b'}                   | ${'not allowed in a path'}
    ${'rsync://host/repo/a?b'}                   | ${'not allowed in a path'}
    ${'rsync://host/repo/a#b'}                   | ${'not allowed in a path'}
    ${'rsync://host/repo/ä'}                     | ${'not allowed in a path'}
    ${`rsync://host/repo/${'x'.repeat(256)}`}    | ${'longer than 255 bytes'}
    ${`rsync://host/repo/${'x/'.repeat(100)}y`}  | ${'more than 64 path segments'}
    ${`rsync://host/repo/${'x/'.repeat(1200)}y`} | ${'longer than 2048 bytes'}
  `('refuses $uri', ({ uri, reason }) => {
    expect(() => parseRsyncUri(uri)).toThrow(reason);
    expect(() => uris.parse(uri)).toThrow(reason);
    expect(() => parseRsyncUri(uri)).toThrow(JSON.stringify(uri).slice(0, 20));
  });
});

describe('parseNotificationUri', () => {
  test('gives origin, directory and file name', () => {
    expect(parseNotificationUri('https://Rrdp.example:443/a/b/notify.xml')).toEqual({
      text: 'https://Rrdp.example:443/a/b/notify.xml',
      origin: 'https://rrdp.example',
      base: ['a', 'b'],
      fileName: 'notify.xml',
    });
  });

  test.each([
    'http://h/n.xml',
    'https://h',
    'https://h/',
    'https://h/a/',
    'https://h/a/../n.xml',
    'n.xml',
    'https://h:65536/n.xml',
  ])('refuses %s', (uri) => expect(() => parseNotificationUri(uri)).toThrow('URI'));
});

describe('relativePath', () => {
  const notification = parseNotificationUri('https://h.example/rrdp/notification.xml');

  test('is below the notification', () => {
    expect(relativePath('https://H.example:443/rrdp/s/1/x.xml', notification)).toBe('s/1/x.xml');
  });

  test.each<{ uri: string; reason: string }>`
    uri                                      | reason
    ${'https://other.example/rrdp/s/x.xml'}  | ${'origin'}
    ${'https://h.example:444/rrdp/s/x.xml'}  | ${'origin'}
    ${'http://h.example/rrdp/s/x.xml'}       | ${'https://'}
    ${'rsync://h.example/rrdp/s/x.xml'}      | ${'https://'}
    ${'/rrdp/s/x.xml'}                       | ${'https://'}
    ${'https://h.example/other/x.xml'}       | ${'below'}
    ${'https://h.example/rrdp'}              | ${'below'}
    ${'https://h.example/rrdpx/x.xml'}       | ${'below'}
    ${'https://h.example/rrdp/../etc/x'}     | ${'".."'}
    ${'https://h.example/rrdp/%2e%2e/x'}     | ${'percent sign'}
    ${'https://h.example/rrdp/.krillsync/0'} | ${'leading dot'}
    ${'https://h.example/rrdp/x.xml?y'}      | ${'not allowed in a path'}
    ${'https://h.example/rrdp//x.xml'}       | ${'empty path segment'}
    ${'https://h.example@evil/rrdp/x.xml'}   | ${'host name'}
    ${'https://h.example/rrdp/x.xml.gz'}     | ${'ends in .gz'}
    ${'https://h.example/rrdp/x.gz/y.xml'}   | ${'ends in .gz'}
  `('refuses $uri', ({ uri, reason }) => {
    expect(() => relativePath(uri, notification)).toThrow(reason);
  });
});
