/** An ordinary request to dockerd. A manager without a quorum answers some after its own 20 s. */
export const requestDeadlineMs = 25_000;
/** Agents ask for the membership all the time; a manager that loses its quorum is silent for 20 s. */
export const membershipQuestionMs = 10_000;
/** Joining or leaving a Swarm: dockerd itself gives up joining after 20 s and goes on trying. */
export const membershipDeadlineMs = 60_000;
/** Loading the image bundle, about 200 MB, from a slow disk. */
export const loadDeadlineMs = 600_000;
/** Added to a container's own grace time when it is stopped. */
export const stopMarginMs = 30_000;
/** Who leads: asked along with every look at the membership, so it must not delay that. */
export const leaderDeadlineMs = 3_000;
/** Managers that elect a leader try again after 10 to 20 s when no candidate got most votes. */
export const electionDeadlineMs = 90_000;
/** A promoted worker is a manager once its dockerd has renewed its certificate and joined Raft. */
export const roleDeadlineMs = 30_000;
/** Waiting for dockerd to have done what it has accepted. */
export const settleDeadlineMs = 20_000;
/** Until a new NGINX or rsyncd answers beside the old one. */
export const handoverDeadlineMs = 60_000;
export const pollMs = 200;

/** The newest API whose semantics were tried; Docker 29 accepts no client below 1.44. */
export const newestApi = '1.44';

export const swarmPort = 2377;
/** A dead worker is noticed after three of these. Docker's default is 5 s. */
export const heartbeatSeconds = 2;
export const taskHistory = 5;

export const logMaxSize = '10m';
export const logMaxFiles = '3';
