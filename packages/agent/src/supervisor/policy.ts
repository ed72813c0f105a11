/** Each second one of the two locks is dropped and taken again, in turn. */
export const renewEveryMs = 1000;
/** Between attempts at a lock that a contender had for the moment between our two calls. */
export const retryEveryMs = 10;
/**
 * A renewal that is not done within this time means that we may have lost the volume: Krill is
 * killed before the locks of a host that was cut can be free for another (6 s; docs/adr/0003).
 */
export const renewalOverdueMs = 4000;
/** The agents' heartbeats have not shown a majority for this long: we may be the ones who are cut. */
export const majorityOverdueMs = 2000;
/** The loss of another node stalls the volume for 6 s; what takes longer is our own trouble. */
export const renewalHopelessMs = 10_000;
export const checkEveryMs = 100;

export const contendEveryMs = 500;
/** A mount that died stays dead for this container; the next one gets the new mount. */
export const unreachableMs = 10_000;
/** For reading settings and writing state; longer than the loss of another node can stall it. */
export const preparationMs = 20_000;
/** How long a refusal stands before the container ends and Swarm starts another. */
export const refusalMs = 30_000;
/** How often it is looked whether a refusal still stands. */
export const refusalEveryMs = 1000;

/** How long Krill may take to end by itself. */
export const krillStopMs = 10_000;
/** How long Krill may read its data, or write its rsync tree anew, before it must answer. */
export const krillStartMs = 900_000;
export const initialisationMs = 280_000;
