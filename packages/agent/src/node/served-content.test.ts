import { describe, expect, test } from '@jest/globals';
import { sessionAndSerial } from './served-content.ts';

const session = '9df4b597-af9e-4dca-bdda-719cce2c4e28';
const tag = (attributes: string): string =>
  `<?xml version="1.0"?>\n<!-- a comment -->\n<notification ${attributes}>\n<snapshot session_id="x" serial="9"/></notification>`;

describe('session and serial of a notification', () => {
  test.each([
    ['in the usual order', `version="1" session_id="${session}" serial="15"`],
    ['in another', `serial="15" session_id="${session}" version="1"`],
    ['on several lines', `version="1"\n  session_id="${session}"\n  serial="15"`],
  ])('%s', (_how, attributes) => {
    expect(sessionAndSerial(tag(attributes))).toEqual({ session, serial: 15 });
  });

  test.each([
    ['nothing', ''],
    ['a page', '<html><body>404</body></html>'],
    ['no session', tag('version="1" serial="15"')],
    ['no serial', tag(`version="1" session_id="${session}"`)],
    ['a serial that is no number', tag(`session_id="${session}" serial="x"`)],
    [
      'a snapshot',
      tag(`session_id="${session}" serial="15"`).replaceAll('notification', 'snapshot'),
    ],
  ])('are not found in %s', (_what, text) => {
    expect(() => sessionAndSerial(text)).toThrow('not a notification');
  });
});
