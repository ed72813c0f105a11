/** The smallest file that is valid, printed when there is none. */
export const smallestConfiguration = `domains:
  krill: krill.example.net
  rrdp: rrdp.example.net
  rsync: rsync.example.net
krill:
  mode: own        # own | third-party | testbed
  ca: example
tls:
  mode: private
`;
