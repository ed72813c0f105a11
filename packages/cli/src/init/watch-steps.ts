import type { StepEvent } from '@krillmanager/core';
import { progressView } from '../render/progress.ts';
import type { InitLog } from './init-log.ts';

export interface StepWatch {
  readonly emit: (event: StepEvent) => void;
  readonly end: () => void;
}

/** Events go to the log, and to people on stderr or to programs on stdout, one JSON object a line. */
export function watchSteps(json: boolean, { log }: InitLog): StepWatch {
  const view = json ? null : progressView(process.stderr);
  return {
    emit: (event) => {
      log[event.event === 'failed' ? 'error' : 'info'](event);
      if (view === null) process.stdout.write(`${JSON.stringify(event)}\n`);
      else view.show(event);
    },
    end: () => view?.end(),
  };
}
