import { readFile, stat, writeFile } from 'node:fs/promises';
import { type HostNames, hostName, type Ip, isIp, parseIp } from '@krillmanager/core';
import { errorCode } from './error-code.ts';
import { writeAtomically } from './write-atomically.ts';

const begin = '# krillmanager: begin (written by krillmanager; edit outside of this block)';
const end = '# krillmanager: end';
const block = /^# krillmanager: begin.*\n(?:.*\n)*?# krillmanager: end.*(?:\n|$)/gm;

/**
 * Our block of the file of host names. It is asserted anew at every start of the agent, because
 * cloud-init rewrites the file.
 */
export function hostNames(path = '/etc/hosts'): HostNames {
  return {
    named: async () => namedIn(await readFile(path, 'utf8')),
    assign: async (ips) => {
      const before = await readFile(path, 'utf8');
      const after = assignIn(before, ips);
      if (after !== before) await replace(path, after);
    },
  };
}

/** The addresses that any line of the file names as we do. */
export function namedIn(text: string): readonly Ip[] {
  const words = text.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
  const ours = words.flatMap(([address = '', ...names]) => {
    if (!isIp(address)) return [];
    const ip = parseIp(address);
    return names.includes(hostName(ip)) ? [ip] : [];
  });
  return [...new Set(ours)];
}

/** The file with our block made exactly these; every other byte stays as it was. */
export function assignIn(text: string, ips: readonly Ip[]): string {
  const others = text.replaceAll(block, '');
  if (ips.length === 0) return others;
  const lines = [...new Set(ips)].toSorted().map((ip) => `${ip} ${hostName(ip)}`);
  const gap = others === '' || others.endsWith('\n') ? '' : '\n';
  return `${others}${gap}${[begin, ...lines, end].join('\n')}\n`;
}

async function replace(path: string, text: string): Promise<void> {
  const { mode, uid, gid } = await stat(path);
  try {
    await writeAtomically(path, text, { mode: mode & 0o7777, uid, gid });
  } catch (error) {
    // A file that is a mount of its own, as in a container, cannot be renamed over.
    if (errorCode(error) !== 'EBUSY') throw error;
    await writeFile(path, text);
  }
}
