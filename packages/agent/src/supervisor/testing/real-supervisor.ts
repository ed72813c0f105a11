import { templateRenderer } from '@krillmanager/host';
import { krillAnswer } from '../krill-answer.ts';
import { placesBelow } from '../places.ts';
import { supervise } from '../supervise.ts';

/** The supervisor of a real Krill, on any directory: CLUSTER TEMPLATES */
const [clusterId = '', templates = ''] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

process.exit(
  await supervise({
    places: placesBelow('/'),
    clusterId,
    render: templateRenderer(templates),
    say: (line) => process.stderr.write(`${line}\n`),
    signal: stop.signal,
    isVolume: async () => true,
    answer: krillAnswer,
    majoritySeen: () => 'unknown',
  }),
);
