/** How long the real thing takes, about. What these fakes promise later happens after that. */
export const peerJoinMs = 1_000;
export const healMs = 2_000;
export const taskStartMs = 1_500;
export const healthyMs = 1_000;
