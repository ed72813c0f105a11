/** Milliseconds of CLOCK_MONOTONIC: one clock for all processes and containers of a machine. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
