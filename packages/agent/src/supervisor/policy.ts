/** Each second one of the two locks is dropped and taken again, in turn. */
export const renewEveryMs = 1000;
/**
 * A renewal that is not done within this time means that we may have lost the volume: Krill is
 * killed before the locks of a host that was cut can be free for another (6 s; docs/adr/0003).
 */
export const renewalOverdueMs = 4000;
export const contendEveryMs = 500;
/** How long Krill may take to end by itself. */
export const krillStopMs = 10_000;
export const initialisationMs = 280_000;
