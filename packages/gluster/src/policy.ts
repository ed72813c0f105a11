/** Questions that glusterd answers from its own state, or by asking its peers. */
export const questionSeconds = 30;
/** Each entry that waits for healing is looked at on every brick: hundreds take a busy server minutes. */
export const healQuestionSeconds = 300;
/** Changes: glusterd does them on every peer, one after the other. Also gluster's own default. */
export const changeSeconds = 120;
/** Between gluster's own deadline and ours, which kills it. */
export const killMarginMs = 5_000;
/** Transactions hold a lock of the whole pool, most for less than a second; for a question's patience. */
export const busyDeadlineMs = 30_000;
/**
 * A change is worth waiting for: a transaction whose glusterd was lost in its middle holds the lock until
 * the others' timer, of 180 s, frees it (mgmt_v3).
 */
export const busyChangeDeadlineMs = 200_000;
export const busyPauseMs = 200;
export const busyJitterMs = 800;
