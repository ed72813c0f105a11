import { httpAgents, installedRelease, localStore, openMachine } from '@krillmanager/agent';
import { onVolume, paths, UserError } from '@krillmanager/core';
import { asRoot } from '@krillmanager/host';
import { openKrillDoor } from './krill-door.ts';
import { krillNode } from './krill-node.ts';
import { krillcSpec } from './krillc-spec.ts';
import { namedFiles } from './named-files.ts';

/**
 * krillc in a container of its own that is gone afterwards. It speaks to a socket of ours, which
 * adds the administrator's token and finds the node on which Krill runs: the token stands in no
 * argument and no environment.
 */
export async function krillcCommand(argv: readonly string[]): Promise<number> {
  asRoot('krillmanager krillc');
  const machine = openMachine();
  const release = await installedRelease();
  const { settings } = await localStore(machine.local).recall();
  if (settings === null) throw notMember();
  const [token, authority] = await Promise.all([
    machine.files.read(onVolume.krillToken),
    machine.local.read(`${paths.serving}/tls/authority.pem`),
  ]);
  if (token === null || authority === null) throw notMember();
  await machine.local.directory(paths.run, { mode: 0o755, uid: 0, gid: 0 });
  const search = {
    agents: httpAgents(),
    clock: machine.clock,
    stopped: settings.stopped === true,
  };
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const door = await openKrillDoor({
    socket: `${paths.run}/krillc-${process.pid}.sock`,
    find: () => krillNode(settings.nodes, search, say),
    token: token.trim(),
    authority,
  });
  try {
    const directory = process.cwd();
    const files = namedFiles(argv, directory);
    const spec = krillcSpec(release, door.socket, argv, { directory, files });
    return await machine.containers.runOnce(spec, {
      stdin: process.stdin.isTTY ? null : process.stdin,
      stdout: (chunk) => process.stdout.write(chunk),
      stderr: (chunk) => process.stderr.write(chunk),
    });
  } finally {
    door.close();
  }
}

const notMember = (): UserError =>
  new UserError('this server is not a member of a cluster with Krill', {
    hint: 'run "krillmanager init" first, or see "krillmanager status"',
  });
