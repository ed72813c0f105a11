const suffix = '.old';

/** How a container is listed that was replaced and ends what it has begun. */
export const retired = (name: string): string => name + suffix;

export const isRetired = (name: string): boolean => name.endsWith(suffix);
