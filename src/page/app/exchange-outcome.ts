// How a webhook or a request ended: by its answer, and by the alerts about the TwiML in it.
import { isFailedExchange } from '../../exchanges/exchange.js';
import type { ExchangeReport } from '../../exchanges/report.js';
import type { SandboxEvent } from '../../sandbox/platform/events/event.js';
import type { TraceOutcome } from '../../sandbox/traces/event-outcome.js';

/** An alert about the TwiML of an answer. */
export interface TwimlFault {
  /** From 1; null if the alert is about no certain line. */
  readonly line: number | null;
  /** With Twilio's code. */
  readonly message: string;
  readonly level: 'error' | 'warning';
}

/** The faults of each answer, by the id of its exchange. */
export type TwimlFaults = ReadonlyMap<number, readonly TwimlFault[]>;

/** Finds what is wrong in the TwiML that the app answered. @param events in the order of their ids */
export function findTwimlFaults(events: readonly SandboxEvent[]): TwimlFaults {
  const faults = new Map<number, TwimlFault[]>();
  /** The latest exchange of each text or call with each URL: a call asks the same URL several times. */
  const answered = new Map<string, number | null>();
  for (const event of events) {
    if (event.kind === 'webhook.sent') answered.set(`${event.sid} ${event.url}`, event.exchangeId);
    if (event.kind !== 'twiml.alert') continue;
    const id = answered.get(`${event.sid} ${event.url}`) ?? null;
    if (id === null) continue;
    const { line, message, errorCode, logLevel: level } = event;
    faults.set(id, [...(faults.get(id) ?? []), { line, message: `${message} (${errorCode})`, level }]);
  }
  return faults;
}

/**
 * Returns how an exchange ended. `failed`: it was refused, failed, has a wrong signature, or TwiML with an error;
 * `warning`: TwiML with a warning.
 *
 * @param faults undefined for a live account, of whose alerts nothing is known
 */
export function readExchangeOutcome(exchange: ExchangeReport, faults: TwimlFaults | undefined): TraceOutcome {
  const own = faults?.get(exchange.id) ?? [];
  const hasFailed =
    exchange.refusal !== null || isFailedExchange(exchange) || own.some(({ level }) => level === 'error');
  if (hasFailed) return 'failed';
  return own.length > 0 ? 'warning' : 'done';
}
