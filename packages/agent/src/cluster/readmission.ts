import {
  type Ip,
  type JoinMaterial,
  krillLabel,
  type MemberRecord,
  onVolume,
  type Swarm,
  type SwarmNode,
  type VolumeFiles,
} from '@krillmanager/core';
import type { NamedLock } from '@krillmanager/host';
import { requestPath } from './requests.ts';

export interface ReadmissionPorts {
  readonly swarm: Swarm;
  readonly volume: VolumeFiles;
  readonly volumeLock: (command: string) => NamedLock;
}

/** A token that nobody used for this long is made void; the node asks anew when it is there. */
const openMs = 60_000;
const rootOnly = { mode: 0o600, uid: 0, gid: 0 } as const;

/**
 * Lets a node of the cluster that lost its Swarm membership come back: a token on the volume until
 * it has joined, then its old place is cleared and the token made void.
 */
export class Readmission {
  readonly #ports: ReadmissionPorts;
  readonly #say: (line: string) => void;
  readonly #openedAt = new Map<Ip, number>();

  constructor(ports: ReadmissionPorts, say: (line: string) => void) {
    this.#ports = ports;
    this.#say = say;
  }

  /** One step for the node that asked. Not while a command changes the cluster: that one admits, too. */
  async advance(ip: Ip, self: Ip, nodes: readonly Ip[], nowMs: number): Promise<void> {
    const lock = await this.#ports.volumeLock(`readmission of ${ip}`).tryLock();
    if (!lock.held) return;
    try {
      const known = await this.#ports.swarm.nodes();
      const back = await this.#backAs(ip, known);
      if (back !== null) await this.#settle(ip, back, known);
      else await this.#admit(ip, self, nodes, nowMs);
    } finally {
      await lock.release();
    }
  }

  /** The Swarm node as which it is here: recorded by itself, and alive. */
  async #backAs(ip: Ip, known: readonly SwarmNode[]): Promise<SwarmNode | null> {
    const text = await this.#ports.volume.read(onVolume.member(ip));
    const id = text === null ? null : (JSON.parse(text) as MemberRecord).swarmNodeId;
    return known.find((node) => node.id === id && node.ready) ?? null;
  }

  async #admit(ip: Ip, self: Ip, nodes: readonly Ip[], nowMs: number): Promise<void> {
    const { swarm, volume } = this.#ports;
    const openedAt = this.#openedAt.get(ip);
    if (openedAt === undefined) {
      const token = (await swarm.joinToken()).reveal();
      const material: JoinMaterial = { managers: [self], nodes, token };
      await volume.write(onVolume.joinMaterial, JSON.stringify(material), rootOnly);
      this.#openedAt.set(ip, nowMs);
      this.#say(`${ip} asked to join the Swarm again: it has a token`);
    } else if (nowMs - openedAt > openMs) {
      await this.#close(ip);
      this.#say(`${ip} did not join: its token is void`);
    }
  }

  async #settle(ip: Ip, back: SwarmNode, known: readonly SwarmNode[]): Promise<void> {
    const { swarm } = this.#ports;
    const old = known.filter(
      ({ id, address, ready }) => id !== back.id && address === ip && !ready,
    );
    for (const gone of old) {
      const label = gone.labels[krillLabel];
      if (label !== undefined) await swarm.setLabel(back.id, krillLabel, 'ok');
      if (gone.role === 'manager') {
        await swarm.setRole(gone.id, 'worker');
        await swarm.setRole(back.id, 'manager');
      }
      await swarm.removeNode(gone.id);
    }
    await this.#close(ip);
    this.#say(`${ip} is in the Swarm again`);
  }

  /** The request last: whoever comes after us sees that something is left to do. */
  async #close(ip: Ip): Promise<void> {
    const { swarm, volume } = this.#ports;
    if ((await volume.read(onVolume.joinMaterial)) !== null) {
      await swarm.rotateToken();
      await volume.remove(onVolume.joinMaterial);
    }
    await volume.remove(requestPath({ ip, wants: 'join' }));
    this.#openedAt.delete(ip);
  }
}
