// Parses durations such as `30s`.

const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Returns the milliseconds of a number (milliseconds) or a text with a unit (ms, s, m, h, d), or undefined if it is neither. */
export function findDurationMs(duration: number | string): number | undefined {
  const [, count, unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(String(duration)) ?? [];
  const milliseconds =
    typeof duration === 'number' ? duration : Number(count) * (MS_PER_UNIT[unit] ?? Number.NaN);
  return milliseconds >= 0 && Number.isFinite(milliseconds) ? milliseconds : undefined;
}
