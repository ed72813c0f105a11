/** The smallest file that is valid, printed when there is none. */
export const smallestConfiguration = `domains: rpki.example.net
tls:
  mode: private
`;
