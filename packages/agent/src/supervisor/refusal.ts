/** Why Krill must not start, in the operator's words: it stands until somebody changes something. */
export class Refusal extends Error {}
