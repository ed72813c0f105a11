import { type Ip, onVolume } from '@krillmanager/core';
import type { View } from '../node/view.ts';
import { monotonicMs } from './monotonic.ts';
import type { Readmission } from './readmission.ts';
import { parseRequest, requestPath } from './requests.ts';
import { type SigningPorts, signCertificate } from './sign-certificate.ts';

interface Answering {
  readonly ports: SigningPorts;
  readonly readmission: Readmission;
  readonly view: View;
  readonly self: Ip;
}

/** The leader of the Swarm gives the nodes of the cluster what they asked for; of others nothing. */
export async function answerRequests({ ports, readmission, view, self }: Answering): Promise<void> {
  const nodes = view.volume?.settings?.nodes ?? [];
  for (const name of await ports.volume.list(onVolume.requests)) {
    const request = parseRequest(name);
    if (request === null) continue;
    if (!nodes.includes(request.ip)) await ports.volume.remove(requestPath(request));
    else if (request.wants === 'certificate') await signCertificate(ports, request.ip);
    else await readmission.advance(request.ip, self, nodes, monotonicMs());
  }
}
