import { join } from 'node:path';
import { type BaseTree, liveTree } from './base-tree.ts';
import { makeDirectories } from './durable.ts';
import type { Notification } from './notification.ts';
import { chainFrom } from './plan-update.ts';
import { copyName, prepareCopy } from './prepare-copy.ts';
import { clearTemporary, temporaryPrefix } from './rsync-directory.ts';
import type { RsyncSetup, Setup } from './setup.ts';
import { SnapshotTree } from './snapshot-tree.ts';
import type { Onlooker } from './stage-file.ts';
import type { State } from './state.ts';

/** What a tree is made for and from. */
export interface TreeWish {
  readonly offered: Notification;
  readonly state: State;
  readonly trustsDeltas: boolean;
}

/**
 * The part of a tree's making that need not wait until all of its version is staged: a copy of the
 * live one if deltas can lead to the version, else the files of the snapshot.
 */
export class BegunTree {
  /** Where nothing else may be; becomes the tree. */
  readonly path: string;
  readonly #setup: Setup;
  readonly #rsync: RsyncSetup;
  readonly #offered: Notification;
  readonly #bases: Promise<readonly BaseTree[]>;
  readonly #isOfSnapshot: boolean;
  #snapshot: SnapshotTree | undefined;

  private constructor(
    setup: Setup,
    rsync: RsyncSetup,
    offered: Notification,
    bases: Promise<readonly BaseTree[]> | undefined,
  ) {
    this.path = join(rsync.dir, `${temporaryPrefix}tree`);
    this.#setup = setup;
    this.#rsync = rsync;
    this.#offered = offered;
    this.#isOfSnapshot = !bases;
    this.#bases = bases ?? Promise.resolve([]);
    // They are awaited later; a rejection before is not an oversight.
    this.#bases.catch(() => {});
  }

  static async begin(setup: Setup, rsync: RsyncSetup, wish: TreeWish): Promise<BegunTree> {
    const { offered, state, trustsDeltas } = wish;
    makeDirectories(rsync.dir);
    const canLead = (base: BaseTree | undefined): base is BaseTree =>
      trustsDeltas && base !== undefined && chainFrom(base.version, offered) !== undefined;
    const [ready, live] = [setup.next?.tree, liveTree(rsync, state)];
    await clearTemporary(rsync.dir, canLead(ready) ? [copyName] : []);
    setup.next?.forget();
    if (canLead(ready)) {
      return new BegunTree(setup, rsync, offered, Promise.resolve([ready, live].filter(canLead)));
    }
    const copy = canLead(live) ? prepareCopy(setup, rsync, offered, state) : undefined;
    return new BegunTree(
      setup,
      rsync,
      offered,
      copy?.then((base) => [base].filter((tree) => tree !== undefined)),
    );
  }

  /** From which deltas may lead to the version, the best first; waits for what is being made. */
  bases(): Promise<readonly BaseTree[]> {
    return this.#bases;
  }

  /** To be told of the snapshot while it is copied to `at`. */
  onSnapshot(at: string): Onlooker | undefined {
    const { crew } = this.#setup;
    if (!this.#isOfSnapshot || !crew) return undefined;
    const tree = { root: this.path, includesHost: this.#rsync.includesHost };
    const { session, serial, snapshot } = this.#offered;
    const file = { file: at, what: snapshot.uri, promised: { session, serial } };
    this.#snapshot = new SnapshotTree(crew, tree, file);
    return this.#snapshot;
  }

  /** The one that was told, if it was. */
  get snapshot(): SnapshotTree | undefined {
    return this.#snapshot;
  }

  /** Resolves when nothing of it goes on. */
  async abandon(): Promise<void> {
    await this.#setup.crew?.dismiss();
    await this.#bases.catch(() => {});
  }
}
