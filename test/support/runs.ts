// How often a test of a property tries it: a part of its runs beside the code, and all of them in `npm run test:journeys`.

/** Of `all` runs those to make now. */
export function countRuns(all: number): number {
  return process.env.RELAY_PHONE_TEST_RUNS === 'all' ? all : Math.ceil(all / 5);
}
