import { setTimeout as pause } from 'node:timers/promises';
import type { Lab, LabHost } from '../../lab.ts';

/** Where things are when a fault strikes. */
export interface Scene {
  readonly lab: Lab;
  readonly hosts: readonly LabHost[];
  /** Krill runs here. */
  readonly krill: LabHost;
  /** The Swarm's leader. */
  readonly leader: LabHost;
  /** Tells the witness that a host stands still. */
  readonly frozen: (host: LabHost, is: boolean) => void;
}

export interface Fault {
  readonly name: string;
  /** Whether the Krill that runs must live on, must die, or may do either. */
  readonly krill: 'lives' | 'dies' | 'either';
  readonly strike: (scene: Scene) => Promise<void>;
  readonly mend: (scene: Scene) => Promise<void>;
}

const bystander = ({ hosts, krill, leader }: Scene): LabHost =>
  hosts.find((host) => host !== krill && host !== leader) ??
  hosts.find((host) => host !== krill) ??
  krill;

const nothing = async (): Promise<void> => undefined;

/** A frozen host alone would keep its locks: the kernel goes on answering for it. */
const frozenFor = (seconds: number): Fault => ({
  name: `Krill's host stands still for ${seconds} s, as a paused machine does`,
  krill: seconds > 10 ? 'dies' : 'either',
  strike: async ({ lab, krill, frozen }) => {
    await lab.cut(krill);
    await lab.freeze(krill);
    frozen(krill, true);
    await pause(seconds * 1000);
    await lab.join(krill);
    frozen(krill, false);
    await lab.thaw(krill);
  },
  mend: nothing,
});

const restarted = (what: string, host: (scene: Scene) => LabHost): Fault => ({
  name: `${what} restarted`,
  krill: what === 'dockerd' ? 'dies' : 'lives',
  strike: async (scene) => {
    const unit = what === 'dockerd' ? 'docker' : 'glusterd';
    await scene.lab.sh(host(scene), `systemctl restart ${unit}`);
  },
  mend: nothing,
});

const fuseClient = '$(pgrep --full "[p]rocess-name fuse")';

const otherNodeLost: Fault = {
  name: "another node's power fails",
  krill: 'lives',
  strike: async (scene) => {
    await scene.lab.kill(bystander(scene));
    // The volume is silent for 5 to 6 s; Krill has to outlive that.
    await pause(12_000);
  },
  mend: (scene) => scene.lab.boot(bystander(scene)),
};

const krillsHostCut: Fault = {
  name: "Krill's host is cut off",
  krill: 'dies',
  strike: ({ lab, krill }) => lab.cut(krill),
  mend: ({ lab, krill }) => lab.join(krill),
};

const bricksRestarted = (rounds: number): Fault => ({
  name: `each brick restarted in turn, ${rounds} times`,
  krill: 'lives',
  strike: async ({ lab, hosts }) => {
    for (let round = 0; round < rounds; round += 1) {
      for (const host of hosts) {
        await lab.sh(host, 'kill -KILL $(pgrep --exact glusterfsd)');
        await pause(1000);
        await lab.sh(host, 'gluster --mode=script volume start krillmanager force');
        await pause(4000);
      }
    }
  },
  mend: nothing,
});

const agentKilled: Fault = {
  name: "the agent on Krill's host killed",
  krill: 'lives',
  strike: ({ lab, krill }) =>
    lab.sh(krill, 'systemctl kill --signal=KILL krillmanager-agent').then(() => undefined),
  mend: nothing,
};

export const fewFaults: readonly Fault[] = [otherNodeLost, krillsHostCut];

export const allFaults: readonly Fault[] = [
  ...fewFaults,
  agentKilled,
  bricksRestarted(3),
  restarted('glusterd', ({ krill }) => krill),
  restarted('dockerd', ({ krill }) => krill),
  {
    name: "the leader's host is cut off",
    krill: 'either',
    strike: ({ lab, leader }) => lab.cut(leader),
    mend: ({ lab, leader }) => lab.join(leader),
  },
  {
    name: "the volume's client on Krill's host killed",
    krill: 'dies',
    strike: ({ lab, krill }) => lab.sh(krill, `kill -KILL ${fuseClient}`).then(() => undefined),
    mend: nothing,
  },
  {
    name: "the volume's mount on Krill's host hangs",
    krill: 'dies',
    strike: ({ lab, krill }) => lab.sh(krill, `kill -STOP ${fuseClient}`).then(() => undefined),
    // Its agent mounts it anew, and ends the one that hangs.
    mend: ({ lab, krill }) =>
      lab.sh(krill, `kill -CONT ${fuseClient} || true`).then(() => undefined),
  },
  frozenFor(10),
  frozenFor(30),
  frozenFor(60),
];
