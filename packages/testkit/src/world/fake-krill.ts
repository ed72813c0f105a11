import { judge } from '@krillmanager/agent/logic';
import { type ClusterSettings, krillUid, onVolume } from '@krillmanager/core';
import type { FakeService } from '../fakes/swarm-world.ts';
import type { VolumeTree } from './volume-tree.ts';

const initialisationMs = 2_000;
const access = { mode: 0o600, uid: krillUid, gid: krillUid } as const;
const needs = [
  ...[onVolume.krillSettings, onVolume.krillToken],
  ...[onVolume.krillKey, onVolume.krillCertificate],
];

interface Process {
  /** Node and time of the start: another is another process. */
  readonly of: string;
  readonly initialisingSinceMs: number | null;
}

/** Krill under its supervisor: what both leave on the volume, and nothing else of them. */
export class FakeKrill {
  /** Times that it was initialised. */
  initialised = 0;
  #process: Process | null = null;

  /** What happens in its container, which runs where the tree is mounted. */
  run({ spec, sinceMs, node }: FakeService, tree: VolumeTree | null, nowMs: number): void {
    const of = `${node?.ip} ${sinceMs}`;
    if (this.#process?.of !== of) this.#process = { of, initialisingSinceMs: null };
    if (tree === null || needs.some((path) => !tree.files.has(path))) return;
    if (tree.json<{ id: string }>(onVolume.krillSentinel)?.id !== spec.argv.at(-1)) return;
    const since = this.#process.initialisingSinceMs;
    if (since === null) this.#start(tree, { of, initialisingSinceMs: nowMs });
    else if (nowMs >= since + initialisationMs) this.#complete(tree, of);
  }

  #start(tree: VolumeTree, begun: Process): void {
    if (!['initialise', 'resume'].includes(permission(tree) ?? '')) return;
    const mode = modeOf(tree);
    tree.put(onVolume.krillState, JSON.stringify({ state: 'initialising', mode }), access);
    tree.files.delete(onVolume.krillPermit);
    this.#process = begun;
  }

  #complete(tree: VolumeTree, of: string): void {
    const settings = tree.json<ClusterSettings>(onVolume.krillSettings);
    tree.put(`${onVolume.krillData}/cas/ca`, 'a certificate authority', access);
    if (settings?.krill.mode !== 'third-party') {
      tree.put(`${onVolume.krillData}/repo/rrdp/notification.xml`, 'a notification', access);
    }
    if (settings?.krill.mode === 'testbed') {
      tree.put(`${onVolume.trustAnchor}/ta.cer.b64`, Buffer.from('ta').toString('base64'), access);
      tree.put(`${onVolume.trustAnchor}/ta.tal`, 'a locator', access);
    }
    tree.put(onVolume.krillState, JSON.stringify({ state: 'initialised' }), access);
    this.initialised += 1;
    this.#process = { of, initialisingSinceMs: null };
  }
}

const modeOf = (tree: VolumeTree) => tree.json<ClusterSettings>(onVolume.krillSettings)?.krill.mode;

/** What the real supervisor decides, null when it refuses. */
function permission(tree: VolumeTree): ReturnType<typeof judge> | null {
  const record = tree.json<{ state: string; mode?: string }>(onVolume.krillState);
  try {
    return judge({
      state: record?.state ?? 'absent',
      begun: record?.mode,
      wanted: modeOf(tree),
      hasContent: tree.hasBelow(`${onVolume.krillData}/cas`),
      permitted: tree.files.has(onVolume.krillPermit),
    });
  } catch {
    return null;
  }
}
