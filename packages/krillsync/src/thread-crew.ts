import { availableParallelism } from 'node:os';
import { getAsset, isSea } from 'node:sea';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { Crew } from './crew.ts';
import { type ThreadLimits, threadLimits } from './limits.ts';
import type { TaskResult, TreeTask } from './tree-task.ts';

export interface TaskMessage {
  readonly id: number;
  readonly task: TreeTask;
}

interface Answer {
  readonly id: number;
  readonly result?: TaskResult;
  readonly error?: unknown;
}

interface Waiting extends TaskMessage {
  readonly resolve: (result: TaskResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls of the file system that come back at once: a promise for each takes longer than the call. */
export class ThreadCrew implements Crew {
  readonly limits: ThreadLimits;
  readonly #stop: AbortSignal;
  readonly #threads: Thread[] = [];
  readonly #queue: Waiting[] = [];
  #nextId = 0;

  /** Threads are started with the first task; they end with `dismiss`, or once `stop` is aborted. */
  constructor(stop: AbortSignal, limits: ThreadLimits = threadLimits) {
    this.#stop = stop;
    this.limits = limits;
    stop.addEventListener('abort', () => void this.dismiss(), { once: true });
  }

  do(task: TreeTask): Promise<TaskResult> {
    this.#start(this.#most(task));
    return new Promise((resolve, reject) => {
      this.#queue.push({ id: this.#nextId++, task, resolve, reject });
      this.#handOut();
    });
  }

  async all(task: TreeTask): Promise<readonly TaskResult[]> {
    this.#start(1);
    const answers = this.#threads.map(
      (thread) =>
        new Promise<TaskResult>((resolve, reject) =>
          thread.give({ id: this.#nextId++, task, resolve, reject }),
        ),
    );
    return Promise.all(answers);
  }

  /** Ends the threads; tasks that are not done are rejected. May be used again afterwards. */
  async dismiss(): Promise<void> {
    const reason = this.#stop.reason ?? new Error('the threads were ended');
    for (const { reject } of this.#queue.splice(0)) reject(reason);
    await Promise.all(this.#threads.splice(0).map((thread) => thread.end(reason)));
  }

  /** To count, or to follow a change, takes less time than to start a second thread. */
  #most(task: TreeTask): number {
    if (task.do === 'write') return this.limits.count;
    return task.do === 'link' ? this.limits.linkCount : 1;
  }

  #start(least: number): void {
    this.#stop.throwIfAborted();
    const wanted = Math.min(least, availableParallelism());
    while (this.#threads.length < wanted) {
      this.#threads.push(
        new Thread(
          () => this.#handOut(),
          () => void this.dismiss(),
        ),
      );
    }
  }

  #handOut(): void {
    for (const thread of this.#threads.filter(({ isIdle }) => isIdle)) {
      const next = this.#queue.shift();
      if (!next) return;
      thread.give(next);
    }
  }
}

class Thread {
  readonly #worker = startWorker();
  readonly #given = new Map<number, Waiting>();

  /** @param failed it has ended by itself, as when there is no memory. */
  constructor(idle: () => void, failed: () => void) {
    this.#worker.on('message', ({ id, result, error }: Answer) => {
      const waiting = this.#given.get(id);
      this.#given.delete(id);
      if (result) waiting?.resolve(result);
      else waiting?.reject(error);
      idle();
    });
    this.#worker.on('error', failed);
  }

  get isIdle(): boolean {
    return this.#given.size === 0;
  }

  give(waiting: Waiting): void {
    this.#given.set(waiting.id, waiting);
    this.#worker.postMessage({ id: waiting.id, task: waiting.task } satisfies TaskMessage);
  }

  /** Resolves when it does nothing any more. */
  async end(reason: unknown): Promise<void> {
    for (const { reject } of this.#given.values()) reject(reason);
    this.#given.clear();
    await this.#worker.terminate();
  }
}

const options: WorkerOptions = {
  // Small: garbage of one object after the other, and names of directories.
  resourceLimits: { maxYoungGenerationSizeMb: 4 },
  // Nobody ends a thread with files open.
  trackUnmanagedFds: false,
};

function startWorker(): Worker {
  if (isSea()) return new Worker(getAsset('tree-worker.cjs', 'utf8'), { ...options, eval: true });
  return new Worker(new URL('./tree-worker.ts', import.meta.url), options);
}
