import { UserError } from '@krillmanager/core';
import type { LedEngine } from './led-engine.ts';
import { roleDeadlineMs, settleDeadlineMs } from './policy.ts';
import { hasRole, type NodeObject } from './swarm-node.ts';
import { until } from './until.ts';

/** Reads and changes the node objects of a Swarm, through one of its managers. */
export class SwarmNodes {
  readonly #engine: LedEngine;

  constructor(engine: LedEngine) {
    this.#engine = engine;
  }

  list(): Promise<readonly NodeObject[]> {
    return this.#engine.ask('listing the nodes', (docker) => docker.listNodes());
  }

  inspect(id: string): Promise<NodeObject> {
    return this.#engine.ask(`looking at node ${id}`, (docker) => docker.getNode(id).inspect());
  }

  /**
   * An update names the version it was made from: when another came in between, make it anew.
   * @param changed null when nothing is to be changed any more
   * @returns whether something was changed
   */
  async change(
    what: string,
    id: string,
    changed: (spec: NodeObject['Spec']) => NodeObject['Spec'] | null,
  ): Promise<boolean> {
    const deadline = Date.now() + settleDeadlineMs;
    for (;;) {
      const seen = await this.inspect(id);
      const spec = changed(seen.Spec);
      if (spec === null) return false;
      try {
        await this.#update(what, seen, spec);
        return true;
      } catch (error) {
        const now = await this.inspect(id);
        if (now.Version.Index === seen.Version.Index || Date.now() > deadline) throw error;
      }
    }
  }

  async #update(what: string, { ID, Version }: NodeObject, spec: NodeObject['Spec']) {
    const options = { _query: { version: Version.Index }, _body: spec };
    await this.#engine.ask(what, async (docker) => {
      await docker.getNode(ID).update(options);
    });
  }

  /** Returns when the node does what its new role asks for. */
  async setRole(id: string, role: 'manager' | 'worker'): Promise<void> {
    const what = `making node ${id} a ${role}`;
    await this.change(what, id, (spec) => ({ ...spec, Role: role }));
    const done = async () => hasRole(await this.inspect(id), role);
    if (await until(roleDeadlineMs, done)) return;
    throw new UserError(`${what}: it did not become one within ${roleDeadlineMs / 1000} s`, {
      hint: 'is it up, and can the servers reach each other on port 2377? then run this again',
    });
  }

  async remove(id: string): Promise<void> {
    await this.#engine.find(`removing node ${id} from the Swarm`, async (docker) => {
      await docker.getNode(id).remove({ force: true });
    });
  }
}
