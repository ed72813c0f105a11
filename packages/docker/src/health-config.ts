import type { HealthCheck } from '@krillmanager/core';
import type { HealthConfig } from 'dockerode';

/** Docker's API counts durations in nanoseconds. */
export const nanoseconds = (seconds: number): number => Math.round(seconds * 1e9);

const defaultStartSeconds = 5;

/** Nothing when the image's own check is to be used. */
export function healthConfig(check: HealthCheck | null): HealthConfig | undefined {
  if (!check) return undefined;
  return {
    Test: ['CMD', ...check.argv],
    Interval: nanoseconds(check.intervalSeconds),
    Timeout: nanoseconds(check.timeoutSeconds),
    // Docker 25 and later: 5 s unless told, whatever the interval is.
    StartInterval: nanoseconds(Math.min(check.intervalSeconds, defaultStartSeconds)),
    StartPeriod: nanoseconds(check.startSeconds),
    Retries: check.retries,
  };
}
