import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import type { Log } from './log.ts';
import type { Setup } from './setup.ts';
import { Scene } from './testing/scene.ts';
import { watch } from './watch.ts';

let scene: Scene;

beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.remove());

async function watchFor(ms: number, changes: Partial<Setup>): Promise<readonly string[]> {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  const log: Log = { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
  const stop = new AbortController();
  const watching = watch(scene.node().setup({ log, stop: stop.signal, ...changes }), {
    pollMs: 1000,
  });
  await sleep(ms);
  stop.abort();
  await watching;
  return lines;
}

const health = () => JSON.parse(readFileSync(join(scene.root, 'node/state/health.json'), 'utf8'));

describe('watch', () => {
  test('stops although a read from the source hangs', async () => {
    const never = () => new Promise<never>(() => {});
    const start = performance.now();
    await watchFor(50, { source: { name: 'never', open: never, stamp: never } });
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(health()).toMatchObject({ ok: true, error: null, sourceSeenAt: null });
  });

  test('is ill when its own directories cannot be written, and says so once', async () => {
    new RrdpRepository({ dir: scene.sourceDir }).commit();
    const lines = await watchFor(2500, { rrdpDir: '/dev/null/rrdp' });
    expect(lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
    expect(health()).toMatchObject({ ok: false, fault: 'local', session: null });
  });
});
