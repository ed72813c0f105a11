import { expect, test } from '@jest/globals';
import { withGlusterdOptions } from './glusterd-options.ts';

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
