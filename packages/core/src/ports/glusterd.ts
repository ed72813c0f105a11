import type { IpFamily } from '../model/ip.ts';

/** The daemon of GlusterFS on this machine, and the family of addresses that it is set to. */
export interface Glusterd {
  family(): Promise<IpFamily>;
  /** Restarts it when it was set to the other one. Bricks run on meanwhile. */
  speak(family: IpFamily): Promise<void>;
}
