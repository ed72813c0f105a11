import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runProgram } from '../run-program.ts';
import { MixedClient, type MixedResult } from './mixed-client.ts';
import { Publishing } from './publisher.ts';
import { stateOfTree } from './tree-state.ts';

export interface MixedRun {
  readonly ips: readonly string[];
  readonly ca: Buffer;
  readonly token: string;
  readonly rounds: number;
  /** Rounds after which it begins. */
  readonly inTheMiddle?: () => Promise<unknown>;
  /** Where rsync is asked; the nodes that can be reached all the time. */
  readonly rsyncIps: readonly string[];
}

export interface MixedOutcome extends MixedResult {
  readonly seconds: number;
  readonly published: number;
  /** rsync trees that were fetched whole. */
  readonly trees: number;
}

const everyMs = 1000;
const forgetEvery = 10;
const treeEveryMs = 4000;
/** Longer than any node waits for another one. */
const barrierMs = 20_000;
/** Few rounds are spread over this time, or they would be over before there is a serial to see. */
const leastMs = 20_000;

/** Krill publishes a serial a second; meanwhile clients mix the nodes at random, over RRDP and rsync. */
export async function mixNodes(run: MixedRun): Promise<MixedOutcome> {
  const { ips, ca, token, rounds } = run;
  const began = performance.now();
  const [client, follower] = [new MixedClient(ips, ca), new MixedClient(ips, ca)];
  const trees: Trees = { fetched: [], failures: [] };
  const over = new AbortController();
  await follower.round();
  // A tree may be of a serial before the first that the follower sees: it changes every 30 s at most.
  for (const ip of run.rsyncIps) follower.states.set(await rsyncState(ip), 0);
  const publisher = new Publishing({ ips, ca, token }, everyMs);
  const following = follow(follower, over.signal);
  const fetching = fetchTrees(run.rsyncIps, trees, over.signal);
  for (let round = 0; round < rounds; round += 1) {
    if (round === Math.floor(rounds / 4)) await run.inTheMiddle?.();
    if (round % forgetEvery === 0) client.forget();
    await client.round();
    const early = leastMs * ((round + 1) / rounds) - (performance.now() - began);
    if (early > 0) await pause(early);
  }
  await publisher.stop();
  await allKnown(trees, follower);
  over.abort();
  await Promise.all([following, fetching]);
  for (const { ip, state } of trees.fetched)
    if (!follower.states.has(state)) trees.failures.push(`half a tree on ${ip}`);
  const result = client.result();
  const failures = [...result.failures, ...follower.result().failures, ...trees.failures];
  for (const each of [client, follower]) each.close();
  const seconds = Math.round((performance.now() - began) / 1000);
  return {
    ...result,
    failures,
    seconds,
    published: publisher.published,
    trees: trees.fetched.length,
  };
}

/** Knows every serial's state, so that a tree can be told to be one serial's. */
async function follow(follower: MixedClient, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await follower.round();
    await pause(200);
  }
}

/** What rsync got: whose tree, and its state. */
interface Trees {
  readonly fetched: { readonly ip: string; readonly state: string }[];
  readonly failures: string[];
}

async function fetchTrees(ips: readonly string[], trees: Trees, over: AbortSignal): Promise<void> {
  for (let turn = 0; !over.aborted; turn += 1) {
    const ip = ips[turn % ips.length] ?? '';
    const state = await rsyncState(ip).catch((error: unknown) => {
      trees.failures.push(String(error));
      return undefined;
    });
    if (state !== undefined) trees.fetched.push({ ip, state });
    await pause(treeEveryMs);
  }
}

/** A tree is there before the notification of its serial, which waits for the other nodes. */
async function allKnown({ fetched }: Trees, { states }: MixedClient): Promise<void> {
  const deadline = Date.now() + barrierMs;
  while (!fetched.every(({ state }) => states.has(state)) && Date.now() < deadline)
    await pause(200);
}

async function rsyncState(ip: string): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'tree-'));
  try {
    const argv = ['-rt', '--contimeout=5', '--timeout=20', `rsync://${ip}/repo/`, `${dir}/`];
    const { code, stderr } = await runProgram('rsync', argv, {
      env: process.env,
      deadlineMs: 60_000,
    });
    if (code !== 0) throw new Error(`rsync from ${ip} ended with ${code}: ${stderr}`);
    return stateOfTree(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}
