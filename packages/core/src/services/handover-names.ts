/** How containers are listed beside the one that has the plain name (docs/adr/0016). */
const suffixes = { retired: '.old', successor: '.next' } as const;

/** One that was replaced and ends what it has begun. */
export const retired = (name: string): string => name + suffixes.retired;

export const isRetired = (name: string): boolean => name.endsWith(suffixes.retired);

/** One that has not taken the place of the one before. */
export const successor = (name: string): string => name + suffixes.successor;

export const isSuccessor = (name: string): boolean => name.endsWith(suffixes.successor);
