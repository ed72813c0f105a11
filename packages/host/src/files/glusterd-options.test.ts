import { expect, test } from '@jest/globals';
import { familyIn, withFamily, withGlusterdOptions } from './glusterd-options.ts';

const shipped = `volume management
    type mgmt/glusterd
    option transport.socket.keepalive-time 10
#   option base-port 1
end-volume
`;

const tuned = `volume management
    type mgmt/glusterd
#   option base-port 1
    option transport.socket.keepalive-time 3
    option base-port 49152
end-volume
`;
const options = {
  'transport.socket.keepalive-time': '3',
  'base-port': '49152',
};

const cases: readonly [what: string, volfile: string, result: string][] = [
  ['replaces what is there', shipped, tuned],
  ['changes nothing the second time', tuned, tuned],
  ['leaves alone what is no volfile', 'something\n', 'something\n'],
];

test.each(cases)('%s', (_what, volfile, result) => {
  expect(withGlusterdOptions(volfile, options)).toBe(result);
});

test('the family of addresses is IPv4 unless the file says inet6, and can be changed both ways', () => {
  const commented = shipped.replace('option base-port 1', 'option transport.address-family inet6');
  expect(familyIn(commented)).toBe('ipv4');
  const six = withFamily(commented, 'ipv6');
  expect(six).toContain('\n    option transport.address-family inet6\nend-volume');
  expect(familyIn(six)).toBe('ipv6');
  expect(familyIn(withFamily(six, 'ipv4'))).toBe('ipv4');
  expect(withFamily(shipped, 'ipv4')).toBe(shipped);
});
