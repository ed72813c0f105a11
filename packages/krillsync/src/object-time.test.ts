import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { objectTime } from './object-time.ts';

const dir = mkdtempSync(join(tmpdir(), 'krillsync-objects-'));
afterAll(() => rmSync(dir, { recursive: true }));

const openssl = (...args: readonly string[]): string =>
  execFileSync('openssl', args, {
    cwd: dir,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

/** The time that openssl itself prints, as seconds. */
function printedTime(text: string): number {
  const [date] = /[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d \d{4} GMT/.exec(text) ?? [];
  return Date.parse(date ?? '') / 1000;
}

const read = (name: string): Buffer => readFileSync(join(dir, name));

describe('objectTime, on objects that openssl made', () => {
  const config = `[ca]
default_ca=d
[d]
database=index.txt
crlnumber=number
default_md=sha256
default_crl_days=1
`;
  writeFileSync(join(dir, 'ca.conf'), config);
  writeFileSync(join(dir, 'index.txt'), '');
  writeFileSync(join(dir, 'number'), '01\n');
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'key', '-out', 'pem', '-subj', '/CN=t');
  openssl('x509', '-in', 'pem', '-outform', 'DER', '-out', 'a.cer');
  openssl('ca', '-config', 'ca.conf', '-gencrl', '-keyfile', 'key', '-cert', 'pem', '-out', 'crl');
  openssl('crl', '-in', 'crl', '-outform', 'DER', '-out', 'a.crl');
  writeFileSync(join(dir, 'content'), 'anything');
  const sign = ['cms', '-sign', '-nodetach', '-binary', '-in', 'content', '-signer', 'pem'];
  const out = ['-inkey', 'key', '-outform', 'DER', '-out'];
  openssl(...sign, ...out, 'a.roa');
  openssl(...sign, '-keyid', ...out, 'keyid.roa');
  openssl(...sign, '-noattr', ...out, 'plain.roa');
  const notBefore = printedTime(openssl('x509', '-in', 'pem', '-noout', '-startdate'));

  test('a certificate has its notBefore', () => {
    expect(objectTime('a.cer', read('a.cer'))).toBe(notBefore);
  });

  test('a CRL has its thisUpdate', () => {
    const expected = printedTime(openssl('crl', '-in', 'crl', '-noout', '-lastupdate'));
    expect(objectTime('a.crl', read('a.crl'))).toBe(expected);
  });

  test.each(['a.roa', 'keyid.roa'])('a signed object has its signing-time: %s', (name) => {
    const printed = openssl('cms', '-cmsout', '-print', '-inform', 'DER', '-in', name);
    const expected = printedTime(printed.slice(printed.indexOf('signingTime')));
    for (const as of ['a.roa', 'a.mft', 'a.asa', 'a.gbr', 'a']) {
      expect(objectTime(as, read(name))).toBe(expected);
    }
  });

  test('a signed object without a signing-time has the notBefore of its certificate', () => {
    expect(objectTime('a.roa', read('plain.roa'))).toBe(notBefore);
  });

  test('an object cut short anywhere has a time too, always the same one', () => {
    for (const name of ['a.cer', 'a.crl', 'a.roa']) {
      const whole = read(name);
      for (let size = 0; size < whole.length; size += 1) {
        const cut = whole.subarray(0, size);
        const time = objectTime(name, cut);
        expect(time).toBeGreaterThanOrEqual(0);
        expect(objectTime(name, Buffer.from(cut))).toBe(time);
      }
    }
  });
});

describe('objectTime, by the encoding of the time', () => {
  const element = (tag: number, ...parts: readonly Buffer[]): Buffer => {
    const content = Buffer.concat(parts);
    return Buffer.concat([
      Buffer.from([tag, 0x82, content.length >> 8, content.length & 255]),
      content,
    ]);
  };
  const empty = element(0x30);
  const certificate = (tag: number, time: string) =>
    element(
      0x30,
      element(0x30, element(2), empty, empty, element(0x30, element(tag, Buffer.from(time)))),
    );

  test.each<{ tag: number; time: string; iso: string }>`
    tag     | time                 | iso
    ${0x17} | ${'261121164548Z'}   | ${'2026-11-21T16:45:48Z'}
    ${0x17} | ${'491231235959Z'}   | ${'2049-12-31T23:59:59Z'}
    ${0x17} | ${'700101000000Z'}   | ${'1970-01-01T00:00:00Z'}
    ${0x18} | ${'20510203040506Z'} | ${'2051-02-03T04:05:06Z'}
  `('$time is $iso', ({ tag, time, iso }) => {
    expect(objectTime('a.cer', certificate(tag, time))).toBe(Date.parse(iso) / 1000);
  });

  test.each<{ why: string; tag: number; time: string }>`
    why                  | tag     | time
    ${'before 1970'}     | ${0x17} | ${'691231235959Z'}
    ${'after 2106'}      | ${0x18} | ${'99991231235959Z'}
    ${'no such day'}     | ${0x17} | ${'260231000000Z'}
    ${'no such hour'}    | ${0x17} | ${'260201240000Z'}
    ${'without seconds'} | ${0x17} | ${'2602010000Z'}
    ${'with a zone'}     | ${0x17} | ${'260201000000+0100'}
    ${'of another type'} | ${0x04} | ${'260201000000Z'}
  `('$why: made from the content', ({ tag, time }) => {
    const content = certificate(tag, time);
    const other = Buffer.concat([content, Buffer.from([0])]);
    expect(objectTime('a.cer', content)).toBe(objectTime('a.cer', Buffer.from(content)));
    expect(objectTime('a.cer', content)).not.toBe(objectTime('a.cer', other));
  });
});
