import { type ContainerSpec, retired, successor, UserError } from '@krillmanager/core';
import type { Container, ContainerInspectInfo } from 'dockerode';
import { containerName, handoverLabel } from './create-options.ts';
import type { Engine } from './engine.ts';
import { statusOf } from './failure.ts';
import { handoverDeadlineMs } from './policy.ts';
import { until } from './until.ts';

/** A replacement has this name until it has taken the place of the one before. */
export const successorName = (name: string): string => containerName(successor(name));
/** One that was replaced has this name until what it had begun is done. */
export const retiredName = (name: string): string => containerName(retired(name));

export const canHandOver = (current: ContainerInspectInfo | null, spec: ContainerSpec): boolean =>
  spec.handsOver === true &&
  current?.State.Running === true &&
  current.Config.Labels[handoverLabel] !== undefined;

/**
 * Starts a container beside the one whose ports it shares, and waits until it answers.
 * @throws UserError when it does not; the other one goes on serving
 */
export async function takeOver(engine: Engine, next: Container, spec: ContainerSpec) {
  const { name } = spec;
  const look = () => engine.ask(`looking at the new ${name}`, () => next.inspect());
  if (!(await look()).State.Running) {
    await engine.ask(`starting the new ${name}`, () => next.start());
  }
  const answers = async (): Promise<boolean> =>
    (await look()).State.Running && (await passes(engine, next, spec));
  if (await until(handoverDeadlineMs, answers)) return;
  throw new UserError(`the new ${name} does not answer; the old one serves on`, {
    hint: `see "docker logs ${successorName(name)}"`,
  });
}

/** Its own health check, now: dockerd's first look comes a whole interval after the start. */
async function passes(engine: Engine, container: Container, { name, health }: ContainerSpec) {
  if (health === null) return true;
  return engine.ask(`asking ${name} for its health`, async () => {
    const check = await container.exec({ Cmd: [...health.argv] });
    await check.start({ Detach: true });
    const ended = async (): Promise<boolean> => !(await check.inspect()).Running;
    if (!(await until(health.timeoutSeconds * 1000, ended))) return false;
    return (await check.inspect()).ExitCode === 0;
  });
}

/**
 * Tells a container to end when what it has begun is done, and waits for nothing. May be done again
 * after any interruption; what lies under its new name was retired before and has had its time.
 */
export async function retire(engine: Engine, current: Container, spec: ContainerSpec) {
  const { name, stopSignal } = spec;
  await engine.ask(`retiring the old ${name}`, async () => {
    await current.update({ RestartPolicy: { Name: 'no' } });
    await current.kill({ signal: stopSignal }).catch((error: unknown) => {
      // 409: it has ended by itself.
      if (statusOf(error) !== 409) throw error;
    });
    await current.rename({ name: retiredName(name) });
  });
}
