import { parentPort } from 'node:worker_threads';
import type { TaskMessage } from './thread-crew.ts';
import { Workshop } from './tree-task.ts';

const workshop = new Workshop();

parentPort?.on('message', ({ id, task }: TaskMessage) => {
  try {
    parentPort?.postMessage({ id, result: workshop.do(task) });
  } catch (error) {
    parentPort?.postMessage({ id, error });
  }
});
