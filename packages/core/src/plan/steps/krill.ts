import { onChange } from '../../execute/on-change.ts';
import { until } from '../../execute/until.ts';
import type { KrillState } from '../../model/observed.ts';
import type { ClusterRecord, ClusterSettings } from '../../model/settings.ts';
import type { ServiceState } from '../../model/swarm.ts';
import { krillTlsName, krillUid, onVolume } from '../../paths.ts';
import { certificateDays, patienceMs } from '../../policy.ts';
import type { Ports } from '../../ports/ports.ts';
import type { SingletonSpec } from '../../services/container-spec.ts';
import type { Handlers } from '../step.ts';
import { authorityOf, type CertificatePorts } from './cluster.ts';
import { KrillWatch } from './krill-watch.ts';

export type KrillStep =
  | { readonly kind: 'krill.prepare'; readonly cluster: ClusterRecord }
  | { readonly kind: 'krill.startOver'; readonly destructive: true }
  | { readonly kind: 'krill.token' }
  | { readonly kind: 'krill.permit' }
  | { readonly kind: 'service.apply'; readonly spec: SingletonSpec }
  | { readonly kind: 'service.remove'; readonly name: string }
  | { readonly kind: 'krill.await'; readonly mode: ClusterSettings['krill']['mode'] };

const krills = { mode: 0o700, uid: krillUid, gid: krillUid } as const;
const krillsSecret = { mode: 0o600, uid: krillUid, gid: krillUid } as const;
const listable = { mode: 0o711, uid: krillUid, gid: krillUid } as const;
const published = { mode: 0o755, uid: krillUid, gid: krillUid } as const;

export const krillHandlers: Handlers<KrillStep> = {
  'krill.prepare': {
    describe: () => "make Krill's directories and its administrator's token on the volume",
    apply: async ({ cluster }, { ports, desired }) => {
      await makeDirectories(ports);
      if ((await ports.files.read(onVolume.krillToken)) === null) {
        const token = desired.adminToken ?? ports.randomToken();
        await ports.files.write(onVolume.krillToken, token.reveal(), krillsSecret);
      }
      await giveCertificate(ports);
      // The copy of the sentinel that Krill's container can see; last, because it says "prepared".
      await ports.files.write(onVolume.krillSentinel, JSON.stringify(cluster), krillsSecret);
    },
  },
  'krill.startOver': {
    describe: () =>
      'start Krill over: what its initialisation made before it died (keys, CAs, trust anchor) is moved aside on the volume',
    apply: async (_step, { ports: { files, clock } }) => {
      // First: without it Krill's place counts as not prepared, so a death below is seen and repaired.
      await files.remove(onVolume.krillSentinel);
      await files.remove(onVolume.trustAnchor);
      const stamp = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
      if ((await files.list(onVolume.krillData)).length > 0) {
        await files.rename(onVolume.krillData, `data-${stamp}`);
      }
      await files.remove(onVolume.krillPermit);
      await files.remove(onVolume.krillState);
    },
  },
  'krill.token': {
    describe: () => 'give Krill the token of your file for its administrator',
    apply: async (_step, { ports: { files }, desired: { adminToken } }) => {
      if (adminToken !== undefined)
        await files.write(onVolume.krillToken, adminToken.reveal(), krillsSecret);
    },
  },
  'krill.permit': {
    describe: () => 'permit the one initialisation of Krill',
    apply: async (_step, { ports: { files, randomToken } }) => {
      const permit = JSON.stringify({ id: randomToken().reveal() });
      await files.write(onVolume.krillPermit, permit, krillsSecret);
    },
  },
  'service.apply': {
    describe: ({ spec }) => `run ${spec.name} once in the Swarm`,
    apply: ({ spec }, { ports: { swarm } }) => swarm.applyService(spec),
  },
  'service.remove': {
    describe: ({ name }) => `stop ${name} and take it out of the Swarm`,
    apply: ({ name }, { ports: { swarm } }) => swarm.removeService(name),
  },
  'krill.await': {
    describe: ({ mode }) => `wait for Krill (mode ${mode}) to be initialised and to run`,
    apply: async (_step, { ports, desired: { nodes }, progress }) => {
      const tell = onChange(progress);
      const watch = new KrillWatch(ports, nodes);
      const initialised = async (): Promise<boolean> => {
        await watch.look();
        tell((await krillService(ports))?.lastError ?? undefined);
        return (await readKrillState(ports)) === 'initialised';
      };
      await until(initialised, {
        clock: ports.clock,
        withinMs: patienceMs.krillInitialised,
        what: 'Krill to be initialised',
        hint: 'see "docker service ps krillmanager-krill --no-trunc" and "docker service logs krillmanager-krill"',
      });
      progress('initialised');
      watch.forget();
      const answers = async (): Promise<boolean> => {
        const answered = await watch.look();
        return answered && (await krillService(ports))?.running === 1;
      };
      await until(answers, {
        clock: ports.clock,
        withinMs: patienceMs.krillRunning,
        what: 'Krill to run and to answer',
        hint: 'see "docker service ps krillmanager-krill --no-trunc"',
      });
    },
  },
};

/** krillsync, another user, must be able to walk down to the repository and no further. */
async function makeDirectories({ files }: Ports): Promise<void> {
  await files.directory(onVolume.krill, published);
  await files.directory(onVolume.krillData, listable);
  await files.directory(onVolume.krillGuard, krills);
  await files.directory(`${onVolume.krillData}/ssl`, krills);
  await files.directory(onVolume.trustAnchor, published);
  await files.directory(`${onVolume.krillData}/repo`, published);
  await files.directory(`${onVolume.krillData}/repo/rrdp`, published);
  // A tmpfs takes the mode of the directory that it covers.
  await files.directory(`${onVolume.krillData}/repo/rsync`, { ...published, mode: 0o1777 });
}

/** Krill keeps a key pair that it finds; its own would carry no name that NGINX could verify. */
async function giveCertificate(ports: Ports): Promise<void> {
  if ((await ports.files.read(onVolume.krillCertificate)) === null) {
    await issueKrillCertificate(ports);
  }
}

/** What Krill shows to NGINX from its next start on. */
export async function issueKrillCertificate(ports: CertificatePorts): Promise<void> {
  const authority = await authorityOf(ports);
  const { authority: days } = certificateDays;
  const pair = await ports.certificates.server(authority, [krillTlsName], days);
  await ports.files.write(onVolume.krillKey, pair.key.reveal(), krillsSecret);
  await ports.files.write(onVolume.krillCertificate, pair.certificate, krillsSecret);
}

export async function readKrillState({ files }: Pick<Ports, 'files'>): Promise<KrillState> {
  const text = await files.read(onVolume.krillState);
  return text === null ? 'absent' : (JSON.parse(text) as { state: KrillState }).state;
}

const krillService = async ({ swarm }: Ports): Promise<ServiceState | undefined> =>
  (await swarm.services()).find(({ name }) => name === 'krill');
