import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Clock, type Containers, specHash, UserError } from '@krillmanager/core';
import { echoArgv, idle } from './container-specs.ts';
import { eventually } from './eventually.ts';

export interface ContainersSubject {
  readonly containers: Containers;
  readonly clock: Clock;
  /** An image with sh, cat, sleep and true; not loaded yet. */
  readonly image: string;
  /** A docker-archive that holds it. */
  readonly archive: string;
}

/** What the port Containers promises. The cases follow on one another. */
export function containersContract(make: () => Promise<ContainersSubject>): void {
  let subject: ContainersSubject;
  beforeAll(async () => {
    subject = await make();
  });
  const spec = () => idle(subject.image);
  const only = async () => {
    const listed = await subject.containers.list();
    expect(listed).toHaveLength(1);
    return listed[0];
  };

  test('tells the version of the engine', async () => {
    const { version, apiVersion } = await subject.containers.info();
    expect(Number.parseInt(version, 10)).toBeGreaterThanOrEqual(20);
    expect(apiVersion.split('.')).toHaveLength(2);
  });

  describe('images', () => {
    test('are missing until they are loaded', async () => {
      const { containers, image, archive } = subject;
      const absent = `${image}-absent`;
      expect(await containers.missingImages([absent, image])).toEqual([absent, image]);
      await containers.loadImages(archive);
      expect(await containers.missingImages([absent, image])).toEqual([absent]);
    });

    test('are not loaded from an archive that is not there', async () => {
      const loading = subject.containers.loadImages('/nonexistent/images.tar');
      await expect(loading).rejects.toThrow(UserError);
    });
  });

  describe('a container', () => {
    test('is none before it is applied', async () => {
      expect(await subject.containers.list()).toEqual([]);
    });

    test('runs what was applied, known by its hash', async () => {
      const before = subject.clock.now();
      await subject.containers.apply(spec());
      const state = await only();
      expect(state).toMatchObject({ name: 'idle', specHash: specHash(spec()), running: true });
      expect(state?.restarts).toBe(0);
      expect(state?.startedAtMs).toBeGreaterThan(before - 1000);
    });

    test('becomes healthy', async () => {
      await eventually(subject.clock, async () => (await only())?.health === 'healthy');
    });

    test('is left alone when the same is applied again', async () => {
      const before = await only();
      await subject.containers.apply(spec());
      expect(await only()).toEqual(before);
    });

    test('is replaced when something else is applied', async () => {
      const before = await only();
      await subject.containers.apply({ ...spec(), env: { CHANGED: '1' } });
      const after = await only();
      expect(after).toMatchObject({ name: 'idle', running: true });
      expect(after?.id).not.toBe(before?.id);
      expect(after?.specHash).not.toBe(before?.specHash);
    });

    test('goes on when its replacement lacks an image', async () => {
      const before = await only();
      const wrong = { ...spec(), image: `${subject.image}-absent` };
      await expect(subject.containers.apply(wrong)).rejects.toThrow(UserError);
      expect((await only())?.id).toBe(before?.id);
    });

    test('goes on when the source of a bind of its replacement is missing', async () => {
      const before = await only();
      const bind = {
        type: 'bind',
        source: '/nonexistent',
        target: '/data',
        readOnly: true,
      } as const;
      const wrong = { ...spec(), mounts: [bind] };
      await expect(subject.containers.apply(wrong)).rejects.toThrow(UserError);
      expect((await only())?.id).toBe(before?.id);
    });

    test('is the same one after a restart, started later', async () => {
      const before = await only();
      await subject.clock.sleep(50);
      await subject.containers.restart('idle');
      const after = await only();
      expect(after?.id).toBe(before?.id);
      expect(after?.startedAtMs).toBeGreaterThan(before?.startedAtMs ?? 0);
    });

    test('takes signals', async () => {
      await subject.containers.signal('idle', 'SIGUSR1');
      await expect(subject.containers.signal('nobody', 'SIGHUP')).rejects.toThrow(UserError);
    });

    test('is gone when it is removed, and may be removed again', async () => {
      await subject.containers.remove('idle');
      expect(await subject.containers.list()).toEqual([]);
      await subject.containers.remove('idle');
      await expect(subject.containers.restart('idle')).rejects.toThrow(UserError);
    });
  });

  describe('a command that runs once', () => {
    const run = async (argv: readonly string[], input: string | null) => {
      const said = { out: '', err: '' };
      const code = await subject.containers.runOnce(
        { ...spec(), argv },
        {
          stdin: input === null ? null : bytes(input),
          stdout: (chunk) => {
            said.out += Buffer.from(chunk).toString();
          },
          stderr: (chunk) => {
            said.err += Buffer.from(chunk).toString();
          },
        },
      );
      return { code, ...said };
    };

    test('reads, writes and ends with its exit code', async () => {
      const long = 'line\n'.repeat(20_000);
      expect(await run(echoArgv, long)).toEqual({ code: 7, out: long, err: 'oops\n' });
    });

    test('reads nothing when nothing is given', async () => {
      expect(await run(echoArgv, null)).toEqual({ code: 7, out: '', err: 'oops\n' });
    });

    test('leaves no container', async () => {
      expect(await subject.containers.list()).toEqual([]);
    });

    test('that cannot be made is an error', async () => {
      const absent = { ...spec(), image: `${subject.image}-absent` };
      const streams = { stdin: null, stdout: () => undefined, stderr: () => undefined };
      await expect(subject.containers.runOnce(absent, streams)).rejects.toThrow(UserError);
    });
  });
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
