// Reads lengths of time as people write them.

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time, milliseconds or a text such as `30s`, as milliseconds; undefined for what is none. */
export function findDurationMs(time: number | string): number | undefined {
  const [, count, unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(String(time)) ?? [];
  const milliseconds = typeof time === 'number' ? time : Number(count) * (UNITS[unit] ?? Number.NaN);
  return milliseconds >= 0 && Number.isFinite(milliseconds) ? milliseconds : undefined;
}
