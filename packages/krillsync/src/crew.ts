import { breathe } from './breathe.ts';
import type { Setup } from './setup.ts';
import { type TaskResult, type TreeTask, Workshop } from './tree-task.ts';

/** Those who do a tree's tasks. */
export interface Crew {
  do(task: TreeTask): Promise<TaskResult>;
  /** Everybody does it. */
  all(task: TreeTask): Promise<readonly TaskResult[]>;
}

/** Threads, if the setup has some and the tree is large enough for them. */
export const crewFor = ({ crew, stop }: Setup, objects: number): Crew =>
  crew && objects >= crew.limits.treeObjects ? crew : soloCrew(stop);

/** This thread alone, with a pause for others after each task. */
export function soloCrew(stop: AbortSignal): Crew {
  const workshop = new Workshop();
  const work = async (task: TreeTask) => {
    await breathe(stop);
    return workshop.do(task);
  };
  return { do: work, all: async (task) => [await work(task)] };
}
