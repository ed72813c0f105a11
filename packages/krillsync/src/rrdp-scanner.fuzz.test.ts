import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KrillsyncError } from './krillsync-error.ts';
import { Cutter, PieceReader } from './piece.ts';
import { PublishFinder } from './publish-finder.ts';
import { RrdpScanner } from './rrdp-scanner.ts';
import { type ObjectSink, objectHandler } from './scan-objects.ts';
import { anything, type Kind, promised, sound } from './testing/random-rrdp.ts';

const isFull = process.env.KRILLMANAGER_FULL === '1';
const kinds: readonly Kind[] = ['snapshot', 'delta'];
/** Five properties: an hour together. */
const forMs = isFull ? (60 * 60_000) / 5 : 1500;

interface Outcome {
  readonly seen: readonly string[];
  readonly fault: string | undefined;
}

/** What goes into a sink, and the refusal; any other error is a fault of ours. */
function outcomeOf(scan: (sink: ObjectSink) => void): Outcome {
  const seen: string[] = [];
  try {
    scan({
      publish: ({ path }, content, replaces) => {
        seen.push(`${path} ${content.toString('hex')}${replaces ? ` for ${replaces}` : ''}`);
      },
      withdraw: ({ path }, hash) => seen.push(`${path} withdrawn ${hash}`),
    });
    return { seen, fault: undefined };
  } catch (error) {
    if (!(error instanceof KrillsyncError)) throw error;
    return { seen, fault: error.message };
  }
}

/** In chunks of these sizes, over and over, from one buffer as a reader of files does it. */
function scan(kind: Kind, text: string, sizes: readonly number[], isShort = true): Outcome {
  return outcomeOf((sink) => {
    const { publish, ...grammar } = objectHandler(kind, 'it', promised, sink);
    const scanner = new RrdpScanner('it', isShort && publish ? { publish, ...grammar } : grammar);
    const bytes = Buffer.from(text, 'latin1');
    const buffer = Buffer.alloc(Math.max(...sizes, 1));
    for (let at = 0, i = 0; at < bytes.length; i += 1) {
      const size = bytes.copy(buffer, 0, at, at + (sizes[i % sizes.length] ?? 1));
      scanner.write(buffer.subarray(0, size));
      at += size;
    }
    scanner.end();
  });
}

const inOneGo = (kind: Kind, text: string): Outcome => scan(kind, text, [Math.max(text.length, 1)]);

/** As threads do it: cut before elements, each piece for itself. */
function inPieces(file: string, text: string, pieceBytes: number): Outcome {
  const bytes = Buffer.from(text, 'latin1');
  writeFileSync(file, bytes);
  const cutter = new Cutter(pieceBytes);
  new PublishFinder((at) => cutter.mark(at)).pass(bytes);
  const pieces = [...cutter.take(bytes.length), [cutter.rest, bytes.length] as const];
  const reader = new PieceReader();
  return outcomeOf((sink) => {
    for (const [i, [from, to]] of pieces.entries()) {
      const isLast = i === pieces.length - 1;
      reader.scan({ file, kind: 'snapshot', what: 'it', promised, from, to, isLast }, sink);
    }
  });
}

/** A path of which a segment leads up. */
const climbs = /^(\S*\/)?\.\.(\/| )/;
const chunks = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 5 });

/** Until the time is over; the seed is another one each time, and a failure names it. */
function holds<T extends [unknown, ...unknown[]]>(property: fc.IProperty<T>): void {
  const details = fc.check(property, {
    numRuns: 1_000_000_000,
    interruptAfterTimeLimit: forMs,
    markInterruptAsFailure: false,
  });
  if (isFull) process.stdout.write(`${details.numRuns} documents, seed ${details.seed}\n`);
  if (details.failed) throw new Error(fc.defaultReportMessage(details));
}

describe('the scanner', () => {
  const dir = mkdtempSync(join(tmpdir(), 'krillsync-fuzz-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  test.each(kinds)(
    'gives all that a sound %s says, in any chunks',
    (kind) => {
      const says = fc.property(sound(kind), chunks, ({ text, says }, sizes) => {
        expect(scan(kind, text, sizes)).toEqual({ seen: says, fault: undefined });
      });
      holds(says);
    },
    forMs + 60_000,
  );

  test.each(kinds)(
    'takes anything as a %s, in any chunks and ways, with one outcome or a clean refusal',
    (kind) => {
      const agrees = fc.property(anything(kind), chunks, (text, sizes) => {
        const whole = inOneGo(kind, text);
        const parts = scan(kind, text, sizes);
        expect(parts.fault === undefined).toBe(whole.fault === undefined);
        if (whole.fault === undefined) expect(parts.seen).toEqual(whole.seen);
        expect(parts).toEqual(scan(kind, text, sizes, false));
        for (const line of [...whole.seen, ...parts.seen]) expect(line).not.toMatch(climbs);
      });
      holds(agrees);
    },
    forMs + 60_000,
  );

  test(
    'finds no snapshot sound by pieces that is not sound in one go',
    () => {
      const file = join(dir, 'snapshot.xml');
      const size = fc.integer({ min: 1, max: 400 });
      const agrees = fc.property(anything('snapshot'), size, (text, pieceBytes) => {
        const pieces = inPieces(file, text, pieceBytes);
        if (pieces.fault === undefined) expect(pieces).toEqual(inOneGo('snapshot', text));
      });
      holds(agrees);
    },
    forMs + 60_000,
  );
});
