import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fixedDelay } from '../barrier.ts';
import { directorySource } from '../directory-source.ts';
import type { UpdateResult } from '../finish.ts';
import type { Log } from '../log.ts';
import type { Notification } from '../notification.ts';
import { parseNotification } from '../notification.ts';
import { filesOf } from '../rrdp-directory.ts';
import { RrdpScanner } from '../rrdp-scanner.ts';
import { type ObjectSink, objectHandler } from '../scan-objects.ts';
import type { Setup } from '../setup.ts';
import { update } from '../update.ts';
import { parseNotificationUri } from '../uri.ts';

export const notificationUri = parseNotificationUri(
  'https://rrdp.example.net/rrdp/notification.xml',
);

const silent: Log = { error() {}, warn() {}, info() {}, debug() {} };

/** One node's directories, in which real updates run. */
export class NodeOnDisk {
  readonly root: string;
  readonly #source: string;

  constructor(root: string, source: string) {
    this.root = root;
    this.#source = source;
    mkdirSync(root, { recursive: true });
  }

  get rrdpDir(): string {
    return join(this.root, 'rrdp');
  }

  get rsyncDir(): string {
    return join(this.root, 'rsync');
  }

  setup(changes: Partial<Setup> = {}): Setup {
    return {
      notification: notificationUri,
      source: directorySource(this.#source),
      stateDir: join(this.root, 'state'),
      rrdpDir: this.rrdpDir,
      rsync: { dir: this.rsyncDir, includesHost: false, everyMs: 0 },
      cleanupAfterMs: 3600_000,
      barrier: fixedDelay(0),
      log: silent,
      stop: new AbortController().signal,
      now: Date.now,
      thorough: true,
      ...changes,
    };
  }

  update(changes: Partial<Setup> = {}): Promise<UpdateResult> {
    return update(this.setup(changes));
  }

  notification(): Notification {
    const path = join(this.rrdpDir, notificationUri.fileName);
    return parseNotification(path, readFileSync(path), notificationUri);
  }

  /** Objects as an RRDP client gets them now, by URI; every named file is checked on the way. */
  rrdpView(): ReadonlyMap<string, string> {
    const notification = this.notification();
    for (const { path, hash } of filesOf(notification)) {
      if (sha256(readFileSync(join(this.rrdpDir, path))) !== hash)
        throw new Error(`hash of ${path}`);
    }
    const objects = new Map<string, string>();
    const sink: ObjectSink = {
      publish: ({ text }, content) => objects.set(text, content.toString('latin1')),
      withdraw() {},
    };
    const scanner = new RrdpScanner('it', objectHandler('snapshot', 'it', notification, sink));
    scanner.write(readFileSync(join(this.rrdpDir, notification.snapshot.path)));
    scanner.end();
    return objects;
  }

  /** Files as an rsync client that connects now gets them, by path. */
  rsyncView(): ReadonlyMap<string, string> {
    const tree = realpathSync(join(this.rsyncDir, 'current'));
    return new Map(
      filesBelow(tree).map((path) => [path, readFileSync(join(tree, path), 'latin1')]),
    );
  }

  /** Modification times in the current tree, directories too, by path. */
  times(): ReadonlyMap<string, number> {
    const tree = realpathSync(join(this.rsyncDir, 'current'));
    return new Map(namesBelow(tree).map((path) => [path, statSync(join(tree, path)).mtimeMs]));
  }
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Everything below a directory, relative, sorted. */
export const namesBelow = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' }).toSorted();

const filesBelow = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)));
