import type { ClusterSettings, Desired } from '@krillmanager/core';
import type { Requests } from './read-requests.ts';

export interface Summary {
  readonly desired: Pick<Desired, 'settings' | 'nodes'>;
  /** How many steps were done. */
  readonly done: number;
  /** Of a CA that publishes in a third party's repository. */
  readonly requests: Requests | null;
}

export function printSummary(summary: Summary, json: boolean): void {
  process.stdout.write(json ? summaryJson(summary) : summaryText(summary));
}

const summaryJson = ({ done, requests }: Summary): string =>
  `${JSON.stringify({ event: 'finished', ok: true, steps: done, ...(requests && { requests }) })}\n`;

const stoppedLine = '  It is stopped, as it was told to be: "krillmanager start" starts it.';

export function summaryText({ desired: { settings, nodes }, done, requests }: Summary): string {
  return [
    done === 0
      ? 'Nothing to do: the cluster is as wanted.'
      : `Cluster of ${nodes.length} nodes is ready.`,
    ...(settings.stopped ? [stoppedLine] : []),
    ...addresses(settings),
    '  look    krillmanager status',
    ...(requests === null ? [] : whatToDo(settings, requests)),
    '',
  ].join('\n');
}

function addresses({ domains, krill }: ClusterSettings): readonly string[] {
  const ui = `  Krill   https://${domains.krill}/`;
  if (krill.mode === 'third-party') return [ui];
  return [
    ui,
    `  RRDP    https://${domains.rrdp}/rrdp/notification.xml`,
    `  rsync   rsync://${domains.rsync}/repo/`,
  ];
}

/** What the operators of the repository and of the parent ask for, and what to do with their answers. */
function whatToDo({ krill }: ClusterSettings, { child, publisher }: Requests): readonly string[] {
  const ca = krill.mode === 'testbed' ? '' : krill.ca;
  return [
    '',
    'For the operator of your repository (RFC 8183 publisher request):',
    publisher.trim(),
    `  their answer:  krillc repo configure --ca ${ca} --response FILE`,
    '',
    'For your parent CA, such as a regional registry (RFC 8183 child request):',
    child.trim(),
    `  their answer:  krillc parents add --ca ${ca} --parent NAME --response FILE`,
  ];
}
