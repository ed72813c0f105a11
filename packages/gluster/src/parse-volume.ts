import type { Brick, VolumeState } from '@krillmanager/core';
import { type Element, elements, text } from './element.ts';

const statuses = ['created', 'started', 'stopped'] as const;

/** Names of hosts have no colon. */
function parseBrick(brick: string): Brick {
  const [host = '', ...path] = brick.split(':');
  return { host, path: path.join(':') };
}

const optionsOf = (volume: Element): Readonly<Record<string, string>> =>
  Object.fromEntries(
    elements(volume, 'options', 'option').map((each) => [text(each, 'name'), text(each, 'value')]),
  );

/** Of `volume info`; null when it names no volume. */
export function parseVolume(body: Element): VolumeState | null {
  const [volume] = elements(body, 'volInfo', 'volumes', 'volume');
  if (!volume) return null;
  return {
    name: text(volume, 'name'),
    status: statuses[Number(text(volume, 'status'))] ?? 'stopped',
    replica: Number(text(volume, 'replicaCount')),
    ...(Number(text(volume, 'arbiterCount')) > 0 && { arbiter: true }),
    bricks: elements(volume, 'bricks', 'brick').map((brick) => parseBrick(text(brick, 'name'))),
    options: optionsOf(volume),
  };
}

/** Of `volume status`: bricks and, by names that are no paths, the daemons beside them. */
export const parseOnline = (body: Element): readonly Brick[] =>
  elements(body, 'volStatus', 'volumes', 'volume', 'node')
    .filter((node) => text(node, 'status') === '1')
    .map((node) => ({ host: text(node, 'hostname'), path: text(node, 'path') }));

/** Of `heal info summary`: a brick that cannot be asked has no number; the others count for it. */
export const parseHealPending = (body: Element): number =>
  elements(body, 'healInfo', 'bricks', 'brick')
    .map((brick) => Number(text(brick, 'totalNumberOfEntries')))
    .reduce((sum, entries) => sum + entries, 0);
