import type { ClusterSettings, Part } from '../model/settings.ts';

/** The mark of the restarts that were asked for; none leaves the specification as it was. */
export const restartsOf = (part: Part, { restarts }: ClusterSettings): { restarts?: number } =>
  restarts?.[part] === undefined ? {} : { restarts: restarts[part] };

/** The settings with one more restart of each of these parts. */
export const withRestarted = (
  settings: ClusterSettings,
  parts: readonly Part[],
): ClusterSettings => ({
  ...settings,
  restarts: {
    ...settings.restarts,
    ...Object.fromEntries(parts.map((part) => [part, (settings.restarts?.[part] ?? 0) + 1])),
  },
});
