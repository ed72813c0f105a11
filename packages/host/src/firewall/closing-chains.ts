interface NftChain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook?: string;
  readonly policy?: string;
}

/**
 * Of `nft --json list chains`, the input chains of others that drop whatever they do not allow,
 * e.g. "ip filter INPUT", which is also where iptables' policy shows.
 */
export function closingChains(json: string): readonly string[] {
  const { nftables } = JSON.parse(json) as { nftables: readonly { chain?: NftChain }[] };
  return nftables
    .flatMap(({ chain }) => (chain === undefined ? [] : [chain]))
    .filter(({ hook, policy, table }) => hook === 'input' && policy === 'drop' && table !== ours)
    .map(({ family, table, name }) => `${family} ${table} ${name}`);
}

const ours = 'krillmanager';
