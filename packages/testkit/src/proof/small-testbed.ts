const [cas, roas] = [2, 5];

/** A test bed that Krill makes in a few seconds; for suites that look at other things than size. */
export const smallTestbed = {
  cas,
  roas,
  configuration: `domains: { krill: krill.lab, rrdp: rrdp.lab, rsync: rsync.lab }
krill: { mode: testbed, cas: ${cas}, roas: ${roas} }
tls: { mode: private }
`,
} as const;
