const listening = '0A';

/** TCP ports that someone listens on, of a table such as /proc/net/tcp or tcp6 (proc(5)). */
export function listeningPorts(table: string): readonly number[] {
  const rows = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  const ports = rows
    .filter(([, , , state]) => state === listening)
    .map(([, local = '']) => Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16));
  return [...new Set(ports)].toSorted((a, b) => a - b);
}
