// A use of something that the sandbox lacks: the thing, and the request or the TwiML that asked for it.
import type { SandboxEvent } from './event.js';
import { describeUnsupported, type Unsupported } from './unsupported.js';

/** Something that the sandbox lacks, and what asked for it. */
export interface UnsupportedUse extends Unsupported {
  /** A REST request, or a TwiML document that the app answered or sent with a request. */
  readonly askedIn: 'request' | 'twiml';
  /** Of the request, or of the webhook or request that the TwiML belongs to; null if that is no longer known. */
  readonly method: string | null;
  /** The path of a REST request, the URL of a webhook; null if it is no longer known. */
  readonly url: string | null;
  readonly traceId: string;
  /** Of the event `unsupported`. */
  readonly eventId: number;
}

/** The event of a use. */
export type UnsupportedEvent = Extract<SandboxEvent, { readonly kind: 'unsupported' }>;

/** Reads a use from its event. @param find returns an event by its id, undefined if it is not kept */
export function readUse(
  event: UnsupportedEvent,
  find: (id: number) => SandboxEvent | undefined,
): UnsupportedUse {
  const { what, name, host, traceId, id: eventId } = event;
  const askedIn = IN_TWIML.includes(what) ? 'twiml' : 'request';
  return { what, name, host, askedIn, ...findAsker(event, find), traceId, eventId };
}

const IN_TWIML: readonly Unsupported['what'][] = ['verb', 'noun', 'attribute'];

/** Several events about one document come one after the other: what asked for it is further up. */
function findAsker(
  event: SandboxEvent,
  find: (id: number) => SandboxEvent | undefined,
): Pick<UnsupportedUse, 'method' | 'url'> {
  for (let at: SandboxEvent | undefined = event; at; at = at.cause === null ? undefined : find(at.cause)) {
    if (at.kind === 'request.in') return { method: at.method, url: at.path };
    if (at.kind === 'webhook.sent') return { method: at.method, url: at.url };
  }
  return { method: null, url: null };
}

/** Returns a use as a clause: `not in the sandbox: <Connect>, in the TwiML of POST http://127.0.0.1:3000/voice`. */
export function describeUnsupportedUse(use: UnsupportedUse): string {
  const { askedIn, method, url } = use;
  const clause = describeUnsupported(use);
  if (method === null || url === null) return clause;
  return `${clause}, ${askedIn === 'twiml' ? 'in the TwiML of' : 'asked for by'} ${method} ${url}`;
}

/** Returns the latest use of each thing in a trace, in the order of events. @param events of one trace, in any order */
export function listUses(events: readonly SandboxEvent[]): UnsupportedUse[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  const uses = new Map<string, UnsupportedUse>();
  for (const event of events.toSorted((a, b) => a.id - b.id)) {
    if (event.kind !== 'unsupported') continue;
    const clause = describeUnsupported(event);
    uses.delete(clause);
    uses.set(
      clause,
      readUse(event, (id) => byId.get(id)),
    );
  }
  return [...uses.values()];
}
