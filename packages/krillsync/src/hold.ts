import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './durable.ts';
import { KrillsyncError } from './krillsync-error.ts';
import type { Removal, RemovalRule } from './removal.ts';
import type { Version } from './rrdp-root.ts';
import type { Setup } from './setup.ts';

/** An update that waits for a person, because it would remove much. */
class Held extends KrillsyncError {
  constructor(message: string) {
    super('source', message);
    this.name = 'Held';
  }
}

/** What is held, or was accepted: the version, and what it would remove. */
export interface HeldVersion extends Version, Removal {}

const heldIn = (stateDir: string): string => join(stateDir, 'held.json');
const acceptedIn = (stateDir: string): string => join(stateDir, 'accepted.json');
/** For people and for a message; a repository may have thousands. */
const pointsMaxCount = 100;

/**
 * Passes an update that removes little, or that was accepted: here, or for all nodes that share a
 * barrier. What follows an accepted version passes with it until that is shown, as long as it
 * removes nothing more that would be held by itself.
 *
 * @throws Held, having noted what for `accept`.
 */
export function requireAccepted(
  { stateDir, barrier }: Setup,
  rule: RemovalRule,
  [served, offered]: readonly [Version, Version],
  removal: Removal,
): void {
  if (!isMuch(removal, rule)) return;
  const given = [readNote(acceptedIn(stateDir)), barrier.accepted?.()];
  const isAccepted = given.some(
    (note) => note !== undefined && covers(note, rule, [served, offered], removal),
  );
  if (isAccepted) return;
  const { session, serial } = offered;
  const note = { session, serial, ...removal, points: removal.points.slice(0, pointsMaxCount) };
  if (JSON.stringify(readNote(heldIn(stateDir))) !== JSON.stringify(note)) {
    writeNote(heldIn(stateDir), join(stateDir, '.held.json.new'), note);
  }
  throw new Held(
    `held: ${describeHeld(note, rule)}; to let it through: krillsync --accept ${stateDir}`,
  );
}

const isMuch = ({ of, removed, points }: Removal, { percent, least }: RemovalRule): boolean =>
  removed >= least && (removed * 100 > of * percent || points.length > 0);

function covers(
  note: HeldVersion,
  { least }: RemovalRule,
  [served, offered]: readonly [Version, Version],
  { removed, points }: Removal,
): boolean {
  if (note.session !== offered.session || note.serial > offered.serial) return false;
  // It was for once: when it is shown, the next is asked about anew.
  if (served.session === note.session && served.serial >= note.serial) return false;
  return removed < note.removed + least && points.every((point) => note.points.includes(point));
}

function describeHeld(
  { session, serial, of, removed, points }: HeldVersion,
  { percent }: RemovalRule,
): string {
  const share = removed * 100 > of * percent ? ` (more than ${percent} %)` : '';
  const [point] = points;
  const others = points.length > 1 ? ` and ${points.length - 1} more` : '';
  const whole = point === undefined ? '' : `, all of ${point}${others}`;
  return `session ${session} serial ${serial} would remove ${removed} of ${of} objects${share}${whole}`;
}

/** @returns what was let through, or undefined when nothing is held. */
export function accept(stateDir: string): Version | undefined {
  const held = readNote(heldIn(stateDir));
  if (!held) return undefined;
  writeNote(acceptedIn(stateDir), join(stateDir, '.accepted.json.new'), held);
  rmSync(heldIn(stateDir), { force: true });
  return { session: held.session, serial: held.serial };
}

/** Everything is served. */
export function clearHeld(stateDir: string): void {
  for (const path of [heldIn(stateDir), acceptedIn(stateDir)]) rmSync(path, { force: true });
}

export const isHeld = (stateDir: string): boolean => readNote(heldIn(stateDir)) !== undefined;

/** Changes when something is accepted. */
export function acceptedStamp({ stateDir, barrier }: Pick<Setup, 'stateDir' | 'barrier'>): string {
  const here = statSync(acceptedIn(stateDir), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return `${here} ${barrier.accepted?.()?.serial ?? 0}`;
}

function readNote(path: string): HeldVersion | undefined {
  try {
    return parseNote(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @returns undefined for what is not a note. @throws SyntaxError when it is not JSON. */
export function parseNote(text: string): HeldVersion | undefined {
  const { session, serial, of, removed, points }: Partial<HeldVersion> = JSON.parse(text) ?? {};
  if (typeof session !== 'string' || !isCount(serial) || !isCount(of) || !isCount(removed)) {
    return undefined;
  }
  if (!Array.isArray(points) || !points.every((point) => typeof point === 'string'))
    return undefined;
  return { session, serial, of, removed, points };
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

function writeNote(path: string, temporary: string, note: HeldVersion): void {
  replaceFile(path, temporary, Buffer.from(`${JSON.stringify(note)}\n`));
}
