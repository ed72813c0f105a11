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

/** Insertions, deletions, replacements and neighbours that changed places (Damerau-Levenshtein). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(
        Math.min(
          replaced,
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          swapped && i > 1 && j > 1 ? (before[j - 2] ?? 0) + 1 : replaced,
        ),
      );
    }
    before = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}
