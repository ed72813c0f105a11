import { krillsyncUid, onVolume, paths, Secret, volumeName } from '@krillmanager/core';
import { requestPath } from '../cluster/requests.ts';
import type { Action } from './action.ts';
import type { LocalStore } from './local-store.ts';
import type { NodePorts } from './node-ports.ts';
import type { FileChange } from './view.ts';

/** Does one action. Each can be done again; a crash in the middle of one is seen by the next look. */
export async function perform(action: Action, ports: NodePorts, store: LocalStore): Promise<void> {
  switch (action.do) {
    case 'rest':
    case 'wait':
    case 'refuse':
      return;
    case 'loadImages':
      return ports.containers.loadImages(await ports.imageArchive());
    case 'writeFiles':
      return writeFiles(action.changes, ports);
    case 'serve':
      await makePublishDirectory(ports);
      return ports.containers.apply(action.container);
    case 'restart':
      return ports.containers.restart(action.name);
    case 'dismiss':
      return ports.containers.remove(action.name);
    case 'reload':
      await ports.containers.signal('nginx', 'SIGHUP');
      return store.loaded(action.hash);
    case 'assignNames':
      return ports.names.assign(action.nodes);
    case 'speak':
      return ports.glusterd.speak(action.family);
    case 'mount':
      return ports.mount.mount(volumeName);
    case 'remember':
      return store.remember(action.cluster, action.settings);
    case 'join':
      return ports.swarm.join(
        action.material.managers,
        new Secret(action.material.token),
        action.as,
      );
    case 'askToJoin':
      return ports.volume.write(requestPath({ ip: action.as, wants: 'join' }), '{}', readable);
    case 'record':
      return ports.volume.write(
        onVolume.member(action.member.ip),
        JSON.stringify(action.member),
        readable,
      );
    case 'leave':
      return leave(action.cluster, ports, store);
    case 'forget':
      return forget(ports, store);
    case 'adopt':
      return store.adopt(action.wanted);
  }
}

const rootOwned = { uid: 0, gid: 0 } as const;
const readable = { ...rootOwned, mode: 0o644 } as const;

async function writeFiles(changes: readonly FileChange[], { local }: NodePorts): Promise<void> {
  for (const { path, mode, encoding, content } of changes) {
    await local.write(`${paths.serving}/${path}`, content(), { ...rootOwned, mode }, encoding);
  }
}

/** Serving ends, then everything that could touch the cluster again; its data goes last. */
async function leave(cluster: string, ports: NodePorts, store: LocalStore): Promise<void> {
  const { containers, swarm, mount, local } = ports;
  for (const { name } of await containers.list()) await containers.remove(name);
  await swarm.leave();
  await mount.unmount();
  await store.leave(cluster);
  for (const path of [paths.serving, paths.publish]) await local.remove(path);
}

/** The pool has let us go: no brick process uses its directory any more. */
async function forget({ local, names }: NodePorts, store: LocalStore): Promise<void> {
  await local.remove(paths.brick);
  await names.assign([]);
  await store.forget();
}

/** krillsync writes here, the others read. */
async function makePublishDirectory({ local }: NodePorts): Promise<void> {
  await local.directory(paths.publish, { mode: 0o755, uid: krillsyncUid, gid: krillsyncUid });
}
