/** Asks until the answer satisfies; fails with the last answer. */
export async function eventually<T>(
  ask: () => Promise<T>,
  satisfies: (answer: T) => boolean,
  withinMs: number,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask().catch((error: unknown) => error as T);
    if (!(answer instanceof Error) && satisfies(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${inspect(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const inspect = (answer: unknown): string =>
  answer instanceof Error ? answer.message : JSON.stringify(answer);
