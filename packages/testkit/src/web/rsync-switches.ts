import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { counts } from '../counts.ts';
import { stateOfTree } from '../proof/tree-state.ts';
import { runProgram } from '../run-program.ts';
import type { Scene } from './scene.ts';
import { SwitchedModule } from './switched-module.ts';

interface Transfer {
  /** Switches since it began. */
  readonly crossed: number;
  readonly failure: string | null;
}

/** Such that a tree takes many seconds, in which several switches happen. */
const { rsyncKibibytes } = counts;
const withinMs = 1_200_000;

/** rsync clients in mid-transfer while the tree is switched beneath them, again and again. */
export function rsyncSwitches(scene: () => Scene): void {
  const { rsyncClients: clients, rsyncSwitches: switches } = counts;

  test(
    `${clients} clients at once each get one serial's tree, through ${switches} switches`,
    async () => {
      const module = await SwitchedModule.start(scene(), clients);
      const over = new AbortController();
      const fetching = Array.from({ length: clients }, () => fetchUntil(module, over.signal));
      try {
        for (let count = 0; count < switches; count += 1) await module.next();
      } finally {
        over.abort();
      }
      const transfers = (await Promise.all(fetching)).flat();
      const crossed = transfers.map((transfer) => transfer.crossed);
      const most = Math.max(...crossed);
      console.log(`${transfers.length} transfers through up to ${most} switches each`);
      expect(transfers.flatMap(({ failure }) => failure ?? [])).toEqual([]);
      expect(crossed.filter((count) => count > 1).length).toBeGreaterThanOrEqual(clients);
      await module.stop();
    },
    withinMs,
  );
}

/** One client: all of a tree, then what has changed, then all again. */
async function fetchUntil(module: SwitchedModule, over: AbortSignal): Promise<readonly Transfer[]> {
  const dir = mkdtempSync(join(tmpdir(), 'rsync-client-'));
  const transfers: Transfer[] = [];
  try {
    do {
      rmSync(dir, { recursive: true });
      mkdirSync(dir);
      transfers.push(await fetchOnce(module, dir), await fetchOnce(module, dir));
    } while (!over.aborted && transfers.every(({ failure }) => failure === null));
    return transfers;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function fetchOnce(module: SwitchedModule, dir: string): Promise<Transfer> {
  // The last but one may still be current for an instant.
  const oldest = module.serial - 1;
  const limits = [`--bwlimit=${rsyncKibibytes}`, '--contimeout=60', '--timeout=60'];
  const { code, stderr } = await runProgram(
    'rsync',
    ['-rt', '--delete', ...limits, module.uri, dir],
    {
      env: process.env,
      deadlineMs: withinMs,
    },
  );
  const crossed = module.serial - oldest - 1;
  if (code !== 0 || stderr !== '') return { crossed, failure: `exit code ${code}: ${stderr}` };
  const serial = module.serials.get(stateOfTree(dir));
  if (serial === undefined) return { crossed, failure: "not one serial's tree" };
  return { crossed, failure: serial < oldest ? `serial ${serial}, not ${oldest}` : null };
}
