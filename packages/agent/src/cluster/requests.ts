import { type Ip, isIp, onVolume, parseIp } from '@krillmanager/core';

/** What a node asks of a manager's agent, as a file on the volume. */
export interface NodeRequest {
  readonly ip: Ip;
  readonly wants: 'certificate' | 'join';
}

export const requestPath = ({ ip, wants }: NodeRequest): string =>
  `${onVolume.requests}/${ip}.${wants}`;

/** Null for a name that is none of ours: it stays as it is. */
export function parseRequest(name: string): NodeRequest | null {
  const dot = name.lastIndexOf('.');
  const [ip, wants] = [name.slice(0, dot), name.slice(dot + 1)];
  if (!isIp(ip) || (wants !== 'certificate' && wants !== 'join')) return null;
  return { ip: parseIp(ip), wants };
}
