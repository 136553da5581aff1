// How long expectations wait when a story does not say, and how much of what there is instead they show.

/** Milliseconds for what is to come. */
export const EXPECTATION_TIMEOUT_MS = 5000;

/** Milliseconds in which nothing happens, once what is not to come will not come any more. */
export const QUIET = 200;

/** How many things that are there instead. */
export const SHOWN = 5;
