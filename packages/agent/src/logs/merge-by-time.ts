/** An entry and when it came to us; the queue of one source. */
interface Lane<T> {
  readonly waiting: { readonly entry: T; readonly cameAt: number }[];
  open: boolean;
  /** Called when there is room again. */
  go: () => void;
}

export interface Merge<T> {
  readonly sources: readonly AsyncIterable<T>[];
  /**
   * How long an entry waits for an older one of another source, milliseconds; Infinity: until that
   * source has ended.
   */
  readonly patienceMs: number;
  readonly failed: (source: AsyncIterable<T>, error: unknown) => void;
}

const atMostWaiting = 1000;

/** All entries in the order of their time, as far as they come in time. */
export async function* mergeByTime<T extends { readonly at: string }>({
  sources,
  patienceMs,
  failed,
}: Merge<T>): AsyncIterable<T> {
  let wake = Promise.withResolvers<void>();
  const lanes = sources.map((source): Lane<T> => {
    const lane: Lane<T> = { waiting: [], open: true, go: () => undefined };
    fill(lane, source, () => wake.resolve()).catch((error: unknown) => failed(source, error));
    return lane;
  });
  for (;;) {
    const oldest = oldestOf(lanes);
    const [head] = oldest?.waiting ?? [];
    if (head === undefined && lanes.every(({ open }) => !open)) return;
    const all = lanes.every(({ open, waiting }) => !open || waiting.length > 0);
    const leftMs = head === undefined ? Infinity : head.cameAt + patienceMs - performance.now();
    if (oldest !== null && head !== undefined && (all || leftMs <= 0)) {
      oldest.waiting.shift();
      oldest.go();
      yield head.entry;
    } else {
      await woken(wake.promise, leftMs);
      wake = Promise.withResolvers<void>();
    }
  }
}

async function fill<T>(lane: Lane<T>, source: AsyncIterable<T>, wake: () => void): Promise<void> {
  try {
    for await (const entry of source) {
      lane.waiting.push({ entry, cameAt: performance.now() });
      wake();
      if (lane.waiting.length < atMostWaiting) continue;
      await new Promise<void>((resolve) => {
        lane.go = resolve;
      });
    }
  } finally {
    lane.open = false;
    wake();
  }
}

function oldestOf<T extends { readonly at: string }>(lanes: readonly Lane<T>[]): Lane<T> | null {
  let oldest: Lane<T> | null = null;
  for (const lane of lanes) {
    const [head] = lane.waiting;
    const [first] = oldest?.waiting ?? [];
    if (head !== undefined && (first === undefined || head.entry.at < first.entry.at)) {
      oldest = lane;
    }
  }
  return oldest;
}

async function woken(wake: Promise<void>, withinMs: number): Promise<void> {
  if (withinMs === Infinity) return wake;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, withinMs);
  await Promise.race([wake, promise]);
  clearTimeout(timer);
}
