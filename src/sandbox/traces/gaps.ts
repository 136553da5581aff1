// The ids that were seen, as ranges, and the gaps between them.

/** Ids from `first` to `last`, both included. */
export interface IdRange {
  readonly first: number;
  readonly last: number;
}

/** Adds an id that is in none of the ranges, which are ascending and do not touch. */
export function addId(ranges: IdRange[], id: number): void {
  const at = findPlace(ranges, id);
  const [before, after] = [ranges[at - 1], ranges[at]];
  const touchesBefore = before?.last === id - 1;
  const touchesAfter = after?.first === id + 1;
  const first = before && touchesBefore ? before.first : id;
  const last = after && touchesAfter ? after.last : id;
  ranges.splice(at - Number(touchesBefore), Number(touchesBefore) + Number(touchesAfter), { first, last });
}

/** Returns the ranges between the ranges. */
export function findGaps(ranges: readonly IdRange[]): readonly IdRange[] {
  return ranges.slice(1).map(({ first }, index) => ({
    first: (ranges[index]?.last ?? 0) + 1,
    last: first - 1,
  }));
}

/** The index of the first range that begins above `id`. */
function findPlace(ranges: readonly IdRange[], id: number): number {
  let [low, high] = [0, ranges.length];
  // Most ids are the next one.
  if ((ranges[high - 1]?.first ?? 0) <= id) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.first ?? 0) <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}
