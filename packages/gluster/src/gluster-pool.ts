import {
  type Brick,
  formatBrick,
  type PoolPeer,
  type StoragePool,
  UserError,
  type VolumeSpec,
  type VolumeState,
} from '@krillmanager/core';
import * as argv from './argv.ts';
import { askGluster } from './ask-gluster.ts';
import { errnos } from './cli-output.ts';
import type { Element } from './element.ts';
import { parsePeers } from './parse-peers.ts';
import { parseHealPending, parseOnline, parseVolume } from './parse-volume.ts';
import {
  busyChangeDeadlineMs,
  changeSeconds,
  healQuestionSeconds,
  questionSeconds,
} from './policy.ts';
import { type RunGluster, runGluster } from './run-gluster.ts';

/** The pool of the glusterd that `run` reaches: this machine's unless told. */
export const glusterPool = ({ run = runGluster }: { run?: RunGluster } = {}): StoragePool =>
  new GlusterPool(run);

/** Error number of `peer detach` for one that is no peer (gf_deprobe_resp). */
const notAPeer = 2;

class GlusterPool implements StoragePool {
  readonly #run: RunGluster;

  constructor(run: RunGluster) {
    this.#run = run;
  }

  async version(): Promise<string> {
    const limits = { deadlineMs: questionSeconds * 1000 };
    const { stdout } = await this.#run(argv.versionCommand, limits);
    const [, version] = (stdout.split('\n')[0] ?? '').split(' ');
    if (version) return version;
    throw new UserError('gluster does not tell its version', {
      hint: 'install the package glusterfs-server',
    });
  }

  async peers(): Promise<readonly PoolPeer[]> {
    const body = await this.#question('asking for the pool', argv.peerStatus());
    return body ? parsePeers(body) : [];
  }

  async probe(host: string): Promise<void> {
    await this.#change(`adding ${host} to the pool`, argv.peerProbe(host));
  }

  async detach(host: string, force: boolean): Promise<void> {
    const what = `taking ${host} out of the pool`;
    await this.#change(what, argv.peerDetach(host, force), [notAPeer]);
  }

  async volume(name: string): Promise<VolumeState | null> {
    const what = `asking for the volume ${name}`;
    const body = await this.#question(what, argv.volumeInfo(name), [errnos.noVolume]);
    return body && parseVolume(body);
  }

  async createVolume(spec: VolumeSpec): Promise<void> {
    await this.#change(`creating the volume ${spec.name}`, argv.volumeCreate(spec));
    await this.setOptions(spec.name, spec.options);
  }

  async setOptions(name: string, options: Readonly<Record<string, string>>): Promise<void> {
    if (Object.keys(options).length === 0) return;
    await this.#change(`setting options of the volume ${name}`, argv.volumeSet(name, options));
  }

  async startVolume(name: string): Promise<void> {
    if ((await this.volume(name))?.status === 'started') return;
    await this.#change(`starting the volume ${name}`, argv.volumeStart(name));
  }

  async addBricks(name: string, replica: number, bricks: readonly Brick[]): Promise<void> {
    const what = `adding ${bricks.map(formatBrick).join(', ')} to the volume ${name}`;
    await this.#change(what, argv.addBrick(name, replica, bricks));
  }

  async removeBricks(name: string, replica: number, bricks: readonly Brick[]): Promise<void> {
    const what = `removing ${bricks.map(formatBrick).join(', ')} from the volume ${name}`;
    await this.#change(what, argv.removeBrick(name, replica, bricks));
  }

  async onlineBricks(name: string): Promise<readonly Brick[]> {
    const asking = () =>
      this.#question(`asking for the bricks of ${name}`, argv.volumeStatus(name));
    const [volume, answer] = await Promise.all([this.volume(name), asking().catch(() => null)]);
    if (volume?.status !== 'started') return [];
    // A peer that has just died makes the first question fail; the next one leaves it out.
    const body = answer ?? (await asking());
    const online = new Set((body ? parseOnline(body) : []).map(formatBrick));
    return volume.bricks.filter((brick) => online.has(formatBrick(brick)));
  }

  async healPending(name: string): Promise<number> {
    const what = `asking what of ${name} is to be healed`;
    const command = { what, argv: argv.healSummary(name), seconds: healQuestionSeconds };
    const body = await askGluster(this.#run, command);
    return body ? parseHealPending(body) : 0;
  }

  #question(
    what: string,
    command: argv.Argv,
    accept: readonly number[] = [],
  ): Promise<Element | null> {
    return askGluster(this.#run, { what, argv: command, seconds: questionSeconds, accept });
  }

  async #change(what: string, command: argv.Argv, accept: readonly number[] = []): Promise<void> {
    const busyMs = busyChangeDeadlineMs;
    await askGluster(this.#run, { what, argv: command, seconds: changeSeconds, accept, busyMs });
  }
}
