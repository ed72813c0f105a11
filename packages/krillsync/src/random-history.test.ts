import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import fc from 'fast-check';
import { NextTree } from './next-tree.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
import { byPath, byUri, Scene } from './testing/scene.ts';

const isFull = process.env.KRILLMANAGER_FULL === '1';

const names = ['a.roa', 'b/c.roa', 'b/d/e.mft', 'f/g.cer', 'h.crl', 'b/i.roa'];
const uri = (name: string): string => `rsync://repo.example.net/repo/${name}`;

type Step =
  | { readonly do: 'publish'; readonly name: string; readonly text: string }
  | { readonly do: 'withdraw'; readonly name: string }
  | { readonly do: 'commit' | 'reset' | 'update' | 'restart' | 'lie' | 'lose delta' | 'lose file' };

const name = fc.constantFrom(...names);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      name,
      text: fc.string({ maxLength: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('withdraw' as const), name }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('update' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('reset', 'restart', 'lie', 'lose delta', 'lose file'),
    }),
  },
);

type States = readonly [ReadonlyMap<string, string>, ReadonlyMap<string, string>];

/** A publication server, a node, and what the node should serve. */
class History {
  readonly scene = new Scene();
  readonly node: NodeOnDisk = this.scene.node();
  readonly repository = new RrdpRepository({ dir: this.scene.sourceDir, keepDeltas: 3 });
  next: NextTree | undefined = new NextTree();
  time = Date.now();
  committed: States = [new Map(), new Map()];
  served: States | undefined;
  isFresh = true;

  async apply(step: Step): Promise<void> {
    if (step.do === 'publish') this.repository.publish(uri(step.name), step.text);
    else if (step.do === 'withdraw') this.#withdraw(step.name);
    else if (step.do === 'commit') this.#commit();
    else if (step.do === 'reset') {
      this.repository.resetSession();
      this.#commit();
    } else if (step.do === 'restart') {
      this.next = this.next ? undefined : new NextTree();
      this.isFresh = true;
    } else if (step.do === 'lie') this.#lie();
    else if (step.do === 'lose delta') this.#loseDelta();
    else if (step.do === 'lose file') this.#loseFile();
    else await this.#update();
  }

  #withdraw(name: string): void {
    if (this.repository.objects.has(uri(name))) this.repository.withdraw(uri(name));
  }

  #commit(): void {
    this.repository.commit();
    this.committed = [byUri(this.repository.objects), byPath(this.repository.objects)];
  }

  /** The newest delta fits nothing, or is no delta. */
  #lie(): void {
    if (this.repository.paths.length < 2) return;
    const zeros = '0'.repeat(64);
    const lies = [
      `<withdraw uri="${uri('a.roa')}" hash="${zeros}"/>`,
      `<publish uri="${uri('../x')}">QUJD</publish>`,
    ];
    const element = lies[this.repository.serial % 2] ?? '';
    this.repository.writeDelta(this.repository.document('delta', [element]));
  }

  #loseDelta(): void {
    const path = this.repository.paths.at(-1);
    if (this.repository.paths.length > 1 && path) {
      rmSync(join(this.scene.sourceDir, path), { force: true });
    }
  }

  #loseFile(): void {
    const [path] = [...(this.served?.[1].keys() ?? [])];
    if (path === undefined) return;
    rmSync(join(this.node.rsyncDir, 'current', path), { force: true });
    this.isFresh = true;
  }

  async #update(): Promise<void> {
    if (this.repository.serial === 0) return;
    this.time += 20 * 60_000;
    await this.node.update({
      thorough: this.isFresh,
      now: () => this.time,
      // Shorter than two updates, so that old trees are used again.
      cleanupAfterMs: 30 * 60_000,
      ...(this.next ? { next: this.next } : {}),
    });
    this.isFresh = false;
    this.served = this.committed;
    this.check();
  }

  check(): void {
    if (!this.served) return;
    expect(this.node.rrdpView()).toEqual(this.served[0]);
    expect(this.node.rsyncView()).toEqual(this.served[1]);
  }
}

describe('whatever happens at the source', () => {
  test('what is served is complete, consistent, and what was published', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const history = new History();
        try {
          for (const one of steps) await history.apply(one);
          await history.apply({ do: 'commit' });
          await history.apply({ do: 'update' });
        } finally {
          history.scene.remove();
        }
      }),
      { numRuns: isFull ? 2000 : 12 },
    );
  }, 3600_000);
});
