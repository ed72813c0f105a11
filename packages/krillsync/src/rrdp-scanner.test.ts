import { describe, expect, test } from '@jest/globals';
import { RrdpScanner } from './rrdp-scanner.ts';

/** With and without the short way for usual elements, which has to make no difference. */
function scan(text: string | Buffer, chunkSize = Infinity): readonly string[] {
  const outcomes = [true, false].map((isShort) => outcomeOf(text, chunkSize, isShort));
  expect(outcomes[0]).toEqual(outcomes[1]);
  const [{ seen, fault } = { seen: [], fault: undefined }] = outcomes;
  if (fault) throw fault;
  return seen;
}

function outcomeOf(text: string | Buffer, chunkSize: number, isShort: boolean) {
  const seen: string[] = [];
  try {
    scanOnce(text, chunkSize, seen, isShort);
    return { seen, fault: undefined };
  } catch (fault) {
    return { seen, fault };
  }
}

function scanOnce(
  text: string | Buffer,
  chunkSize: number,
  seen: string[],
  isShort: boolean,
): void {
  const show = (attributes: ReadonlyMap<string, string>) =>
    [...attributes].map(([name, value]) => `${name}=${value}`).join(',');
  const scanner = new RrdpScanner('it', {
    root: (name, attributes) => seen.push(`${name}(${show(attributes)})`),
    element: (name, attributes, body) => seen.push(`${name}(${show(attributes)})${body}`),
    ...(isShort ? { publish: (uri, body) => seen.push(`publish(uri=${uri})${body}`) } : {}),
  });
  const bytes = Buffer.from(text);
  const size = Math.min(chunkSize, Math.max(bytes.length, 1));
  const chunk = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) {
    // The same buffer every time, as a reader of files does it.
    const length = bytes.copy(chunk, 0, at, at + size);
    scanner.write(chunk.subarray(0, length));
  }
  scanner.end();
}

describe('RrdpScanner', () => {
  const document = `<?xml version="1.0" encoding="US-ASCII"?>
<!-- made by hand -->
<snapshot a="1" b='2'>
  <publish uri="x">QUJD
REVG</publish>
  <!-- between -->
  <withdraw uri = "y" /><publish uri="z"></publish>
</snapshot>
<!-- after -->
`;
  const events = [
    'snapshot(a=1,b=2)',
    'publish(uri=x)QUJD\nREVG',
    'withdraw(uri=y)',
    'publish(uri=z)',
  ];

  test.each([1, 2, 3, 7, 64, Infinity])('gives the elements, in chunks of %d bytes', (size) => {
    expect(scan(document, size)).toEqual(events);
  });

  test.each<{ what: string; text: string; fault: string }>`
    what                               | text                                    | fault
    ${'a document type'}               | ${'<!DOCTYPE x><a/>'}                   | ${'document type'}
    ${'a document type with entities'} | ${'<!DOCTYPE x [<!ENTITY e "e">]><a/>'} | ${'document type'}
    ${'CDATA'}                         | ${'<a><b><![CDATA[x]]></b></a>'}        | ${'CDATA'}
    ${'an entity in an attribute'}     | ${'<a b="&amp;"/>'}                     | ${'tag that is not valid'}
    ${'a processing instruction'}      | ${'<a/><?php ?>'}                       | ${'processing instruction'}
    ${'a late declaration'}            | ${' <?xml version="1.0"?><a/>'}         | ${'processing instruction'}
    ${'a strange declaration'}         | ${'<?xml version="2.0"?><a/>'}          | ${'XML declaration'}
    ${'a third level'}                 | ${'<a><b><c/></b></a>'}                 | ${'<c> where it cannot stand'}
    ${'text in the root'}              | ${'<a>x<b/></a>'}                       | ${'text outside an element'}
    ${'text after the root'}           | ${'<a/>x'}                              | ${'before the document was complete'}
    ${'a second root'}                 | ${'<a/><b/>'}                           | ${'<b> where it cannot stand'}
    ${'a wrong end tag'}               | ${'<a><b></c></a>'}                     | ${'</c> where it cannot stand'}
    ${'an end tag with attributes'}    | ${'<a><b></b x="1"></a>'}               | ${'tag that is not valid'}
    ${'an attribute twice'}            | ${'<a b="1" b="2"/>'}                   | ${'"b" twice'}
    ${'an attribute without quotes'}   | ${'<a b=1/>'}                           | ${'tag that is not valid'}
    ${'attributes without a space'}    | ${'<a b="1"c="2"/>'}                    | ${'tag that is not valid'}
    ${'a comment in an element'}       | ${'<a><b>QU<!-- x -->JD</b></a>'}       | ${'comment inside'}
    ${'bytes beyond ASCII'}            | ${'<a b="ä"/>'}                         | ${'US-ASCII'}
    ${'a truncated document'}          | ${'<a><b>QUJD'}                         | ${'before the document was complete'}
    ${'a truncated tag'}               | ${'<a><b'}                              | ${'before the document was complete'}
    ${'nothing'}                       | ${''}                                   | ${'before the document was complete'}
    ${'a tag that is too long'}        | ${`<a b="${'x'.repeat(9000)}"/>`}       | ${'markup above'}
    ${'a tag without an end'}          | ${`<a b="${'x'.repeat(9000)}`}          | ${'without an end'}
    ${'an endless comment'}            | ${`<!--${'x'.repeat(9000)}`}            | ${'without an end'}
    ${'endless white space'}           | ${`<a>${' '.repeat(9000)}`}             | ${'without an end'}
    ${'a prefix'}                      | ${'<r:a xmlns:r="x"/>'}                 | ${'tag that is not valid'}
  `('refuses $what', ({ text, fault }) => {
    expect(() => scan(text)).toThrow(fault);
  });

  test('refuses an object above the limit without holding more than that', () => {
    const chunk = Buffer.alloc(1024 * 1024, 'A');
    const scanner = new RrdpScanner('it', { root() {}, element() {} });
    scanner.write(Buffer.from('<a><b>'));
    const writeForEver = () => {
      for (let i = 0; i < 64; i += 1) scanner.write(chunk);
    };
    expect(writeForEver).toThrow(/more than \d+ bytes without an end at byte 6$/);
  });
});
