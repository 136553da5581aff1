// The time limit of tests that wait for another process or server.

/**
 * Milliseconds after which something that has not happened never will. A machine may be many times slower than ours, so
 * this only ends what hangs: it says nothing about how quick anything is.
 */
export const DEADLINE = 120_000;
