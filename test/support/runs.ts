// The number of runs of a property test: all in `npm run test:journeys`, fewer in the unit tests.

/** Returns how many of `all` runs to make now. */
export function countRuns(all: number): number {
  return process.env.RELAY_PHONE_TEST_RUNS === 'all' ? all : Math.ceil(all / 5);
}
