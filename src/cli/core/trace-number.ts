// Shortens the id of a trace to the number at its end, which `sandbox traces` takes.

/** Returns the number of a trace: what is behind the last dash of its id. */
export function findTraceNumber(traceId: string): string {
  return traceId.slice(traceId.lastIndexOf('-') + 1);
}
