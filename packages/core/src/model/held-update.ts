/** An update that krillsync does not show before somebody says so: it would remove much. */
export interface HeldUpdate {
  readonly session: string;
  readonly serial: number;
  /** Objects served now. */
  readonly of: number;
  readonly removed: number;
  /** Publication points, by URI, that would lose all: a whole CA's. A hundred at most. */
  readonly points: readonly string[];
}

/** What would go, in one line. */
export function describeHeldUpdate({ serial, of, removed, points }: HeldUpdate): string {
  const [point] = points;
  const others = points.length > 1 ? ` and of ${points.length - 1} more` : '';
  const whole = point === undefined ? '' : `, all of ${point}${others}`;
  return `serial ${serial} would remove ${removed} of ${of} objects${whole}`;
}
