import type { RelyingPartyName } from './relying-party.ts';

/** What a validator says on a good day. */
const usual: Readonly<Record<RelyingPartyName, readonly RegExp[]>> = {
  'rpki-client': [
    /^rpki-client: \S+: (pulling from \S+|loaded from network)$/,
    /^rpki-client: \S+: (downloading snapshot|downloading \d+ deltas|notification file not modified)$/,
    /^rpki-client: all files parsed: generating output$/,
    // Only as long as nothing failed: "(0 failed parse, 0 invalid)".
    /^[A-Z][A-Za-z ]+: \d+( \(0 [a-z ]+(, 0 [a-z]+)?\))?$/,
    /^(VRP|VAP) Entries: \d+ \(\d+ unique\)$/,
    /^(Processing time \d|Cleanup: )/,
  ],
  fort: [/ INF: /, / WRN: The validation has (begun|successfully ended)\.$/],
  routinator: [/^\[INFO\] /, /^\[WARN\] Using config file /],
};

/** Every line that is not usual: a list of words that may be in a warning would miss some. */
export const complaintsIn = (name: RelyingPartyName, log: string): readonly string[] =>
  log
    .split('\n')
    .filter((line) => line !== '' && !usual[name].some((pattern) => pattern.test(line)));
