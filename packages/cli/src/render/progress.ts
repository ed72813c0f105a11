import type { StepEvent } from '@krillmanager/core';

export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressView {
  show(event: StepEvent): void;
  end(): void;
}

const frameMs = 200;

/** Steps as they happen: a line that lives on a terminal, plain lines otherwise. */
export const progressView = (terminal: Terminal): ProgressView =>
  terminal.isTTY === true ? liveView(terminal) : plainView(terminal);

function plainView(terminal: Terminal): ProgressView {
  return {
    show: (event) => {
      if (event.event === 'started') terminal.write(`${counter(event)} ${event.title} …\n`);
      if (event.event === 'progress') terminal.write(`${counter(event)}   ${event.what}\n`);
      if (event.event === 'failed') terminal.write(`${finished(event)}\n`);
      if (event.event === 'done' && event.tookMs >= 1000) terminal.write(`${finished(event)}\n`);
    },
    end: () => {},
  };
}

function liveView(terminal: Terminal): ProgressView {
  /** Several that wait are under way at once: the last that has something to say is shown. */
  const current = new Map<number, string>();
  let sinceMs = 0;
  const draw = (): void => {
    const seconds = ((Date.now() - sinceMs) / 1000).toFixed(0);
    const last = [...current.values()].at(-1);
    const line = last === undefined ? '' : `${last} … ${seconds} s`;
    terminal.write(`\r\u001b[K${line.slice(0, (terminal.columns ?? 80) - 1)}`);
  };
  const timer = setInterval(draw, frameMs);
  return {
    show: (event) => {
      current.delete(event.number);
      if (event.event === 'started') {
        current.set(event.number, `${counter(event)} ${event.title}`);
        sinceMs = Date.now();
      } else if (event.event === 'progress') {
        current.set(event.number, `${counter(event)} ${event.title}: ${event.what}`);
      } else {
        terminal.write(`\r\u001b[K${finished(event)}\n`);
      }
      draw();
    },
    end: () => {
      clearInterval(timer);
      terminal.write('\r\u001b[K');
    },
  };
}

const counter = ({ number, of }: StepEvent): string =>
  `[${String(number).padStart(String(of).length)}/${of}]`;

function finished(event: StepEvent & { readonly tookMs: number }): string {
  const mark = event.event === 'done' ? '✓' : '✗';
  return `${counter(event)} ${mark} ${event.title} (${(event.tookMs / 1000).toFixed(1)} s)`;
}
