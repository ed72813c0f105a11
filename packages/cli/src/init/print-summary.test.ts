import { expect, test } from '@jest/globals';
import type { ClusterSettings } from '@krillmanager/core';
import { summaryText } from './print-summary.ts';

const domains = { krill: 'krill.lab', rrdp: 'rrdp.lab', rsync: 'rsync.lab' };
const desired = (krill: ClusterSettings['krill']) => ({
  nodes: [],
  settings: { domains, krill } as unknown as ClusterSettings,
});
const requests = { child: '<child_request/>\n', publisher: '<publisher_request/>\n' };

test('what is served here has its addresses in the summary', () => {
  const text = summaryText({ desired: desired({ mode: 'own', ca: 'x' }), done: 3, requests: null });
  expect(text).toContain('https://rrdp.lab/rrdp/notification.xml');
  expect(text).not.toContain('RFC 8183');
});

test("with a third party's repository there are two requests, and what to do with the answers", () => {
  const text = summaryText({
    desired: desired({ mode: 'third-party', ca: 'x' }),
    done: 3,
    requests,
  });
  expect(text).not.toMatch(/RRDP|rsync:/);
  expect(text).toContain('<publisher_request/>\n  their answer:  krillc repo configure --ca x');
  expect(text).toContain('<child_request/>\n  their answer:  krillc parents add --ca x');
});
