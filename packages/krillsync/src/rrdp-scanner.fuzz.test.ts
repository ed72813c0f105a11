import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KrillsyncError } from './krillsync-error.ts';
import { RrdpScanner } from './rrdp-scanner.ts';
import { objectHandler } from './scan-objects.ts';

const forMs = process.env.KRILLMANAGER_FULL === '1' ? 3600_000 : 2500;

const session = '9df4b597-af9e-4dca-bdda-719cce2c4e28';
const piece = fc.oneof(
  fc.constantFrom(
    `<snapshot xmlns="http://www.ripe.net/rpki/rrdp" version="1" session_id="${session}" serial="1">`,
    '</snapshot>',
    '<publish uri="rsync://h/m/a.roa">',
    '<publish uri="rsync://h/m/../a.roa">',
    '</publish>',
    'QUJD',
    '<!--',
    '-->',
    '<?xml version="1.0"?>',
    '<!DOCTYPE x [<!ENTITY e "e">]>',
    '<![CDATA[',
    ']]>',
    '&lt;',
    '<',
    '>',
    '"',
    '/>',
    '=',
    ' ',
    '\n',
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 8 }),
);

interface Outcome {
  readonly seen: readonly string[];
  readonly fault: string | undefined;
}

/** Scans in chunks of these sizes, over and over, from one buffer as a reader of files does it. */
function scan(text: string, sizes: readonly number[]): Outcome {
  const seen: string[] = [];
  const sink = {
    publish: ({ path }: { path: string }, content: Buffer) =>
      seen.push(`${path} ${content.toString('hex')}`),
    withdraw: () => {},
  };
  const scanner = new RrdpScanner(
    'it',
    objectHandler('snapshot', 'it', { session, serial: 1 }, sink),
  );
  const bytes = Buffer.from(text, 'latin1');
  const buffer = Buffer.alloc(Math.max(...sizes, 1));
  try {
    for (let at = 0, i = 0; at < bytes.length; i += 1) {
      const size = bytes.copy(buffer, 0, at, at + (sizes[i % sizes.length] ?? 1));
      scanner.write(buffer.subarray(0, size));
      at += size;
    }
    scanner.end();
    return { seen, fault: undefined };
  } catch (error) {
    if (!(error instanceof KrillsyncError)) throw error;
    return { seen, fault: error.message };
  }
}

test(
  'the scanner takes anything, in any pieces, with the same outcome or a clean refusal',
  () => {
    const chunks = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), chunks, (pieces, sizes) => {
        const text = pieces.join('');
        const whole = scan(text, [Math.max(text.length, 1)]);
        const parts = scan(text, sizes);
        expect(parts.fault === undefined).toBe(whole.fault === undefined);
        if (whole.fault === undefined) expect(parts.seen).toEqual(whole.seen);
        for (const line of [...whole.seen, ...parts.seen]) expect(line).not.toContain('..');
      }),
      { numRuns: 1_000_000_000, interruptAfterTimeLimit: forMs, markInterruptAsFailure: false },
    );
  },
  forMs + 60_000,
);
