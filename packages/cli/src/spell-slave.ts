/**
 * `--slave` alone means 1; left as it is it would take the command after it for its value. A number
 * after it is its value, though. The words behind `krillc` are krillc's own.
 */
export function spellSlave(argv: readonly string[]): readonly string[] {
  const [word, ...rest] = argv;
  if (word === undefined || word === 'krillc') return argv;
  if (word !== '--slave') return [word, ...spellSlave(rest)];
  const [next, ...others] = rest;
  const told = next !== undefined && /^\d+$/.test(next);
  return told ? [`--slave=${next}`, ...spellSlave(others)] : ['--slave=1', ...spellSlave(rest)];
}
