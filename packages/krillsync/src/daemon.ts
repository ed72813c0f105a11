import { execFile } from 'node:child_process';
import { peerBarrier } from './barrier-of.ts';
import type { KrillsyncIo } from './command.ts';
import { Compressor } from './compress.ts';
import { jsonLog } from './json-log.ts';
import { threadLimits } from './limits.ts';
import { type Log, levelOf } from './log.ts';
import { Metrics } from './metrics.ts';
import { serveMetrics } from './metrics-server.ts';
import { NextTree } from './next-tree.ts';
import type { Options } from './options.ts';
import type { Setup } from './setup.ts';
import { pollMsOf } from './source-of.ts';
import { ThreadCrew } from './thread-crew.ts';
import { watch } from './watch.ts';

const notifier = 'systemd-notify';

/** `--watch`: until SIGTERM, SIGINT or `io.stop`. SIGHUP has everything looked at again at once. */
export async function daemon(
  options: Options,
  io: KrillsyncIo,
  setupOf: (log: Log, stop: AbortSignal) => Promise<Omit<Setup, 'thorough'>>,
): Promise<number> {
  // A daemon's log tells what it serves, so its usual level is one higher.
  const log = jsonLog(io.stderr, levelOf(options.verbosity + 1));
  const barrier = options.barrier && peerBarrier(options.barrier, options.stateDir, log);
  const stop = io.stop ?? stopOnSignal();
  const setup = {
    ...(await setupOf(log, stop)),
    ...(barrier ? { barrier } : {}),
    next: new NextTree(),
    crew: new ThreadCrew(stop, { ...threadLimits, linkCount: 1 }),
  };
  const compressor = options.gzip ? new Compressor(setup) : undefined;
  const metrics = new Metrics(setup, compressor);
  const server = options.metrics && (await serveMetrics(options.metrics, metrics));
  const hangUp = onHangUp();
  log.info('watching', { source: setup.source.name, uri: options.notification.text });
  try {
    await watch(setup, {
      pollMs: pollMsOf(options),
      lookAgain: hangUp.asked,
      ready: () => notifySystemd(log, '--ready'),
      updated: (result, seconds) => {
        metrics.updated(result, seconds);
        compressor?.ask();
        if (options.json && result.result === 'updated') {
          io.stdout.write(`${JSON.stringify(result)}\n`);
        }
      },
      failed: (fault) => metrics.failed(fault),
      seen: () => metrics.seen(),
      validUntil: (time) => metrics.validUntil(time),
    });
  } finally {
    await compressor?.idle();
    hangUp.end();
    barrier?.close();
    server?.close();
  }
  log.info('stopped');
  return 0;
}

function stopOnSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => controller.abort());
  }
  return controller.signal;
}

/** @returns `asked`, true once for each SIGHUP. */
function onHangUp(): { readonly asked: () => boolean; readonly end: () => void } {
  let isAsked = false;
  const note = () => {
    isAsked = true;
  };
  process.on('SIGHUP', note);
  return {
    asked: () => {
      const was = isAsked;
      isAsked = false;
      return was;
    },
    end: () => process.off('SIGHUP', note),
  };
}

/** Node has no datagram sockets of the unix family, so systemd's own program tells it. */
function notifySystemd(log: Log, ...args: readonly string[]): void {
  if (process.env.NOTIFY_SOCKET === undefined) return;
  execFile(notifier, args, (error) => {
    if (error) log.warn(`cannot tell systemd: ${error.message}`);
  });
}
