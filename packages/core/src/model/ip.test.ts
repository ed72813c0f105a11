import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bracketed, hostName, ipOfHost, isIp, isNodeAddress, parseIp } from './ip.ts';

describe('an address', () => {
  test.each([
    ['10.55.0.1', '10.55.0.1'],
    ['FD55::A', 'fd55::a'],
    ['fd55:0:0:0:0:0:0:1', 'fd55::1'],
    ['fd55::0001', 'fd55::1'],
    ['2001:db8::1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['10:0:0:1:0:0:0:10', '10:0:0:1::10'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['fd55::', 'fd55::'],
  ])('%s is written %s', (text, canonical) => {
    expect(parseIp(text)).toBe(canonical);
  });

  test.each(['', 'h1', '10.55.0', '10.55.0.256', '10.55.0.1/24', 'fe80::1%eth0', '1:2:3', ':::'])(
    '"%s" is none',
    (text) => {
      expect(isIp(text)).toBe(false);
      expect(() => parseIp(text)).toThrow('is not an IP address');
    },
  );

  test('has one spelling only', () => {
    fc.assert(
      fc.property(anyAddress, (text) => {
        const once = parseIp(text);
        expect(parseIp(once)).toBe(once);
        expect(once).not.toMatch(/[A-Z]/);
      }),
    );
  });

  test('stands in brackets in a URI when it has colons', () => {
    expect(bracketed(parseIp('10.55.0.1'))).toBe('10.55.0.1');
    expect(bracketed(parseIp('fd55::1'))).toBe('[fd55::1]');
  });
});

describe('the address of a server', () => {
  test.each([
    '10.55.0.1',
    '100.64.0.1',
    '192.0.2.255',
    '223.255.255.254',
    'fd55::1',
    '2001:db8::1',
    '1::',
    '64:ff9b::a00:1',
  ])('may be %s', (text) => expect(isNodeAddress(text)).toBe(true));

  test.each([
    '0.0.0.0',
    '127.0.0.1',
    '127.1.2.3',
    '169.254.1.1',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:10.55.0.1',
    '::10.55.0.1',
    'FE80::1',
    'febf::1',
    'ff02::1',
    'server2',
  ])('may not be %s', (text) => expect(isNodeAddress(text)).toBe(false));
});

const anyAddress = fc.oneof(fc.ipV4(), fc.ipV6());

describe('the name of a node', () => {
  test.each([
    ['10.55.0.1', 'km-10-55-0-1'],
    ['fd55::1', 'km-fd55--1'],
    ['2001:db8:1:2:3:4:5:6', 'km-2001-db8-1-2-3-4-5-6'],
  ])('of %s is %s', (text, name) => {
    expect(hostName(parseIp(text))).toBe(name);
  });

  test('tells its address, whichever that is', () => {
    fc.assert(
      fc.property(anyAddress, (text) => {
        const ip = parseIp(text);
        expect(hostName(ip)).toMatch(/^[a-z0-9-]+$/);
        expect(ipOfHost(hostName(ip))).toBe(ip);
      }),
    );
  });

  test('may be an address itself, in any spelling', () => {
    expect(ipOfHost('FD55:0::1')).toBe('fd55::1');
  });

  test.each(['h1', 'km-', 'km-h1', 'km-10-55-0', 'other-10-55-0-1'])(
    '%s is none of ours',
    (name) => {
      expect(ipOfHost(name)).toBeNull();
    },
  );
});
