// Judges whether the texts that an app sent are in the traces of the texts that led to them.
import type { SandboxEvent } from '../../src/index.js';

/** How many texts of the app were found, how many are in the right trace, and how many are surely in a wrong one. */
export interface AttributionScore {
  readonly forwards: number;
  readonly right: number;
  readonly wronglySure: number;
}

/**
 * Compares each forward with the text that it quotes. The app must quote the sender's number and then the text; equal texts
 * of one sender it must forward in their order.
 */
export function judgeAttribution(events: readonly SandboxEvent[]): AttributionScore {
  /** The traces of equal texts of one sender, oldest first. */
  const traces = new Map<string, string[]>();
  const requests = new Map<number, SandboxEvent>();
  let [forwards, right, wronglySure] = [0, 0, 0];
  for (const event of events) {
    if (event.kind === 'request.in') requests.set(event.id, event);
    if (event.kind === 'phone.texts') {
      const key = `${event.from} ${event.body}`;
      traces.set(key, [...(traces.get(key) ?? []), event.traceId]);
    }
    if (event.kind !== 'text.queued') continue;
    forwards += 1;
    const [, sender, body] = /(\+\d{11})\W*(.*)$/s.exec(event.body) ?? [];
    const expected = traces.get(`${sender} ${body}`)?.shift();
    const request = requests.get(event.cause ?? -1);
    const isSure = request?.kind === 'request.in' && request.attribution === 'sure';
    if (expected === event.traceId) right += 1;
    else if (isSure) wronglySure += 1;
  }
  return { forwards, right, wronglySure };
}
