import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './durable.ts';
import { KrillsyncError } from './krillsync-error.ts';
import type { Version } from './rrdp-root.ts';

/** An update that waits for a person, because it would remove much. */
class Held extends KrillsyncError {
  constructor(message: string) {
    super('source', message);
    this.name = 'Held';
  }
}

export interface Removal {
  /** Objects served now. */
  readonly of: number;
  readonly removed: number;
}

interface HeldVersion extends Version, Removal {
  readonly isAccepted: boolean;
}

const pathIn = (stateDir: string): string => join(stateDir, 'held.json');

/**
 * Passes an update that removes no more than `percent` of the objects, or that was accepted. What
 * follows an accepted one in its session is not asked about again unless it removes as much again.
 *
 * @throws Held, having noted what for `accept`.
 */
export function requireAccepted(
  stateDir: string,
  percent: number,
  version: Version,
  { of, removed }: Removal,
): void {
  if (removed * 100 <= of * percent) return;
  const held = readHeld(stateDir);
  const isSame = held?.session === version.session && held.serial <= version.serial;
  if (isSame && held.isAccepted && removed <= held.removed) return;
  const note = { ...pick(version), of, removed, isAccepted: false };
  if (!isSame || held.isAccepted || held.removed !== removed) writeHeld(stateDir, note);
  throw new Held(
    `held: session ${version.session} serial ${version.serial} would remove ${removed} of ${of} objects (more than ${percent} %); to let it through: krillsync --accept ${stateDir}`,
  );
}

const pick = ({ session, serial }: Version): Version => ({ session, serial });

/** @returns what was let through, or undefined when nothing is held. */
export function accept(stateDir: string): Version | undefined {
  const held = readHeld(stateDir);
  if (!held || held.isAccepted) return undefined;
  writeHeld(stateDir, { ...held, isAccepted: true });
  return pick(held);
}

/** Everything is served: an acceptance was for this once. */
export const clearHeld = (stateDir: string): void => rmSync(pathIn(stateDir), { force: true });

export const isHeld = (stateDir: string): boolean => readHeld(stateDir)?.isAccepted === false;

function readHeld(stateDir: string): HeldVersion | undefined {
  try {
    const { session, serial, of, removed, isAccepted }: Partial<HeldVersion> = JSON.parse(
      readFileSync(pathIn(stateDir), 'utf8'),
    );
    const isSound =
      typeof session === 'string' &&
      typeof serial === 'number' &&
      typeof of === 'number' &&
      typeof removed === 'number';
    return isSound ? { session, serial, of, removed, isAccepted: isAccepted === true } : undefined;
  } catch {
    return undefined;
  }
}

function writeHeld(stateDir: string, held: HeldVersion): void {
  const content = Buffer.from(`${JSON.stringify(held)}\n`);
  replaceFile(pathIn(stateDir), join(stateDir, '.held.json.new'), content);
}
