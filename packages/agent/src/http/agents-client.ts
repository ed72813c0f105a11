import { get } from 'node:http';
import {
  type Agents,
  agentPort,
  bracketed,
  type Ip,
  type NodeFacts,
  type NodeStatus,
} from '@krillmanager/core';

const deadlineMs = 2000;
const largestBytes = 1024 * 1024;

/** Asks the agents of the nodes; one that is silent, slow or talks nonsense counts as absent. */
export const httpAgents = (port: number = agentPort): Agents => ({
  facts: (ip, withinMs) => ask<NodeFacts>(ip, port, '/facts', withinMs),
  recruit: (ip, nodes = []) => ask<NodeFacts>(ip, port, `/recruit?nodes=${nodes.join()}`),
  status: (ip) => ask<NodeStatus>(ip, port, '/status'),
});

async function ask<T>(
  ip: Ip,
  port: number,
  path: string,
  withinMs = deadlineMs,
): Promise<T | null> {
  try {
    return JSON.parse(await fetchText(`http://${bracketed(ip)}:${port}${path}`, withinMs)) as T;
  } catch {
    return null;
  }
}

function fetchText(url: string, withinMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = get(url, { agent: false, signal: AbortSignal.timeout(withinMs) }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > largestBytes) asked.destroy(new Error('answer too long'));
      });
      answer.on('error', reject);
      answer.on('end', () =>
        answer.statusCode === 200
          ? resolve(text)
          : reject(new Error(`status ${answer.statusCode}`)),
      );
    });
    asked.on('error', reject);
  });
}
