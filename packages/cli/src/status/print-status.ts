import type { ClusterStatus } from './cluster-status.ts';
import type { ConfigurationDrift } from './configuration-drift.ts';

/** For people; programs take --json. */
export function statusText(status: ClusterStatus): string {
  const { cluster, nodes, services, krill, uris } = status;
  const rows = nodes.map(({ ip, role, online, storage, swarm, serial }) => [
    ip,
    role,
    online ? 'online' : 'OFFLINE',
    `storage ${storage}`,
    swarm,
    content(serial, status),
    ip === krill.node ? 'Krill' : '',
  ]);
  const problems = nodes.flatMap(({ ip, problems: found }) => found.map((p) => `  ✗ ${ip}: ${p}`));
  return [
    `${headline(status)}  (cluster ${cluster.id ?? 'not formed'})`,
    '',
    ...table(rows),
    '',
    ...table(services.map(({ name, running, desired }) => [name, `${running}/${desired}`])),
    ...(problems.length > 0 ? ['', ...problems] : []),
    ...(status.configuration === undefined ? [] : ['', drift(status.configuration)]),
    ...(uris === null ? [] : ['', ...table(given(uris))]),
    '',
  ].join('\n');
}

const drift = ({ file, keys }: ConfigurationDrift): string =>
  keys === null
    ? `  ! ${file} is not valid: see "krillmanager config check"`
    : `  ! ${file} differs from what was applied (${keys.join(', ')}): "krillmanager init" applies it`;

function headline({ ok, stopped }: ClusterStatus): string {
  if (stopped) return '✗ stopped: "krillmanager start" starts it';
  return ok ? '✓ all is well' : '✗ not all is well';
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  return rows.map((row) =>
    `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd(),
  );
}

const given = (uris: NonNullable<ClusterStatus['uris']>): readonly (readonly string[])[] =>
  Object.entries(uris).filter(([, uri]) => uri !== null);

/** With a third party's repository there is none to have. */
function content(serial: number | null, { uris }: ClusterStatus): string {
  if (serial !== null) return `serial ${serial}`;
  return uris?.rrdp === null ? '' : 'no content';
}
