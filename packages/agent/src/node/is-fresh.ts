/**
 * Whether so long ago is less than this, in milliseconds. What seems to lie in the future lies before
 * a moment at which the clock was set back: nobody knows how long ago.
 */
export const isFresh = (agoMs: number, withinMs: number): boolean => agoMs >= 0 && agoMs < withinMs;
