/** The candidate that a word was most likely meant for; null when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const rated = candidates.map((candidate) => ({
    candidate,
    far: distance(word.toLowerCase(), candidate.toLowerCase()),
  }));
  const [best] = rated.toSorted((a, b) => a.far - b.far);
  return best !== undefined && best.far <= Math.max(1, Math.ceil(word.length / 3))
    ? best.candidate
    : null;
}

/** Insertions, deletions and replacements between two words (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
