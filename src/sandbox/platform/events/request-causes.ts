// Finds the webhook that caused a REST request: by what the request names or quotes, else by what is in progress.
import type { Attribution, WebhookPurpose } from './event.js';
import type { OpenTraces } from './open-traces.js';
import type { EventStream, TraceContext } from './stream.js';

/** A webhook that has begun; its `cause` is the event that says so. */
export interface BegunWebhook extends TraceContext {
  readonly purpose: WebhookPurpose;
  /** The phone's number and the account's. */
  readonly numbers: readonly [phone: string, number: string];
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** A REST request, as far as it can tell what caused it. */
export interface CausedRequest {
  readonly method: string;
  readonly path: string;
  readonly traceparent: string | undefined;
  /** The form in its body; empty without one. */
  readonly body: string;
}

/** The cause of a request, and how it was found. Without a cause the trace is a new one. */
export interface FoundCause {
  readonly trace: TraceContext;
  readonly attribution: Attribution;
}

/** The webhooks that may have caused a request. */
export interface RequestCauses {
  /** Remembers a webhook. @returns the function to call when it has ended, with the number of requests it announced */
  begin(webhook: BegunWebhook): (pendingWork: number) => void;
  /** Finds the cause of a request. */
  find(request: CausedRequest): FoundCause;
  /** Counts the answer to a request as one that its webhook announced. */
  answered(trace: TraceContext, method: string, status: number): void;
  /** The value of the header `traceparent` of a webhook; undefined unless the sandbox sends that header. */
  formatTraceparent(trace: TraceContext): string | undefined;
  /** Forgets all webhooks. */
  clear(): void;
}

/** What finding causes needs. */
export interface RequestCausesDeps {
  readonly events: Pick<EventStream, 'newTrace' | 'traceOfSid'>;
  readonly traces: OpenTraces;
  /** Whether webhooks carry a `traceparent`: https://www.w3.org/TR/trace-context/. */
  readonly traceparent: boolean;
}

/** A remembered webhook. */
interface Candidate {
  readonly trace: TraceContext;
  /** The last digits of the phone, and the account's number. */
  readonly phone: string;
  readonly number: string;
  /** The body of the text that it is about; empty for all other webhooks. */
  readonly body: string;
  isInFlight: boolean;
  /** Of real time, milliseconds; 0 while it is in flight. */
  endedAt: number;
  /** How many requests were found to be caused by it. */
  requests: number;
  /** How many requests with an effect were answered, and how many more it announced. */
  answered: number;
  pending: number;
  giveUp: NodeJS.Timeout | undefined;
}

/** How many webhooks are remembered. */
const CAPACITY = 2000;

/** How many of the newest webhooks are compared with a request that names none of their phones. */
const SEARCHED = 200;

/** How long after its end a webhook is guessed to be a cause. */
const RECENT_MS = 5000;

/** How long announced requests may take. */
const PENDING_MS = 30_000;

/** Shorter texts, such as `Yes`, are likely to be in a request by chance. */
const MIN_QUOTE_LENGTH = 6;

/** Creates an empty memory. */
export function createRequestCauses({ events, traces, traceparent }: RequestCausesDeps): RequestCauses {
  let recent: Candidate[] = [];
  const inFlight = new Set<Candidate>();
  const byPhone = new Map<string, Candidate[]>();
  /** By the event that says that the webhook has begun. */
  const byEvent = new Map<number, Candidate>();

  function begin({ purpose, numbers, parameters, ...trace }: BegunWebhook): (pendingWork: number) => void {
    const [phone, number] = numbers;
    const isText = purpose === 'inbound-text';
    const body = isText ? (parameters.find(([name]) => name === 'Body')?.[1].trim() ?? '') : '';
    const candidate: Candidate = {
      trace,
      phone: shortForm(phone),
      number,
      body,
      isInFlight: true,
      endedAt: 0,
      requests: 0,
      answered: 0,
      pending: 0,
      giveUp: undefined,
    };
    remember(candidate);
    return (pendingWork) => {
      candidate.isInFlight = false;
      candidate.endedAt = performance.now();
      inFlight.delete(candidate);
      expect(candidate, pendingWork - candidate.answered);
    };
  }

  function remember(candidate: Candidate): void {
    inFlight.add(candidate);
    recent.push(candidate);
    const ofPhone = byPhone.get(candidate.phone);
    if (ofPhone) ofPhone.push(candidate);
    else byPhone.set(candidate.phone, [candidate]);
    if (candidate.trace.cause !== null) byEvent.set(candidate.trace.cause, candidate);
    if (recent.length < 2 * CAPACITY) return;
    for (const old of recent.slice(0, CAPACITY)) forget(old);
    recent = recent.slice(CAPACITY);
  }

  function forget({ phone, trace }: Candidate): void {
    // The oldest of a phone come first.
    const ofPhone = byPhone.get(phone);
    ofPhone?.shift();
    if (ofPhone?.length === 0) byPhone.delete(phone);
    if (trace.cause !== null) byEvent.delete(trace.cause);
  }

  /** Keeps the trace open until the announced requests were answered. */
  function expect(candidate: Candidate, pending: number): void {
    if (pending <= 0) return;
    candidate.pending = pending;
    traces.add(candidate.trace.traceId);
    candidate.giveUp = setTimeout(() => stopExpecting(candidate), PENDING_MS).unref();
  }

  function stopExpecting(candidate: Candidate): void {
    clearTimeout(candidate.giveUp);
    candidate.pending = 0;
    traces.remove(candidate.trace.traceId);
  }

  function find(request: CausedRequest): FoundCause {
    const found = findByTraceparent(request.traceparent) ?? findBySid(request.path) ?? findByContent(request);
    const candidate = found && byEvent.get(found.trace.cause ?? -1);
    if (candidate) candidate.requests += 1;
    return found ?? { trace: { traceId: events.newTrace(), cause: null }, attribution: 'none' };
  }

  function findByTraceparent(header: string | undefined): FoundCause | undefined {
    const trace = header === undefined ? undefined : readTraceparent(header);
    if (!trace) return undefined;
    const own = [...inFlight].filter((candidate) => candidate.trace.traceId === trace.traceId);
    const isOurs = trace.cause !== null && byEvent.get(trace.cause)?.trace.traceId === trace.traceId;
    if (isOurs) return { trace, attribution: 'sure' };
    // The app's own spans are between the webhook and the request.
    const known = own[0] ?? recent.findLast((candidate) => candidate.trace.traceId === trace.traceId);
    return known && { trace: known.trace, attribution: 'sure' };
  }

  function findBySid(path: string): FoundCause | undefined {
    const sid = /\/((?:SM|MM|CA|RE)[0-9a-f]{32})\b/.exec(path)?.[1];
    const trace = sid === undefined ? undefined : events.traceOfSid(sid);
    return trace && { trace, attribution: 'sure' };
  }

  function findByContent({ method, path, body }: CausedRequest): FoundCause | undefined {
    if (recent.length === 0) return undefined;
    const form =
      method === 'POST' && /\/(Messages|Calls)\.json$/.test(path) ? new URLSearchParams(body) : NONE;
    const [from, to, text] = ['From', 'To', 'Body'].map((name) => form.get(name)?.trim() ?? '');
    return findByText(to ?? '', text ?? '') ?? guess(from ?? '', to ?? '', text ?? '');
  }

  /** A text that was sent to the phone of a webhook or names it, and that quotes the text of the webhook. */
  function findByText(to: string, text: string): FoundCause | undefined {
    if (text === '') return undefined;
    const related = relatedTo(to, text);
    const quoted = related.filter(({ body }) => isQuoted(body, text));
    const longest = quoted.toSorted((one, other) => other.body.length - one.body.length)[0];
    if (!longest) return undefined;
    // A shorter quote inside the longest one says nothing of its own.
    const best = quoted.filter(({ body }) => body === longest.body);
    const isSure = isOneTrace(quoted) && longest.body.length >= MIN_QUOTE_LENGTH;
    const chosen = chooseByTurn(best);
    return chosen && { trace: chosen.trace, attribution: isSure ? 'sure' : 'guessed' };
  }

  /** The webhooks whose phone is the recipient, or is named in the text. */
  function relatedTo(to: string, text: string): readonly Candidate[] {
    const phones = new Set([to, ...(text.match(PHONE_NUMBERS) ?? [])].map(shortForm));
    return [...phones].flatMap((phone) => byPhone.get(phone) ?? []);
  }

  /** A webhook that the app may be working on, or has worked on a moment ago. */
  function guess(from: string, to: string, text: string): FoundCause | undefined {
    const newest = [...new Set([...inFlight, ...recent.slice(-SEARCHED)])].filter(isRecent);
    const isAbout = ({ number }: Candidate) => from === '' || number === from;
    const isQuoting = ({ body }: Candidate) => isQuoted(body, text) || isQuoted(text, body);
    const quoting = newest.filter((candidate) => isQuoting(candidate));
    const replied = newest.filter((candidate) => isAbout(candidate) && candidate.phone === shortForm(to));
    const chosen =
      chooseByTurn(quoting.filter(isAbout)) ?? chooseByTurn(quoting) ?? chooseByTurn(replied.filter(isOpen));
    if (chosen) return { trace: chosen.trace, attribution: 'guessed' };
    const working = newest.filter(({ isInFlight, pending }) => isInFlight || pending > 0);
    for (const pool of [working.filter(isAbout), working]) {
      const [one] = pool;
      if (one && isOneTrace(pool)) return { trace: one.trace, attribution: 'guessed' };
    }
    return undefined;
  }

  return {
    begin,
    find,
    answered: ({ cause }, method, status) => {
      const candidate =
        method === 'GET' || status >= 500 || status === 429 ? undefined : byEvent.get(cause ?? -1);
      if (!candidate) return;
      candidate.answered += 1;
      if (candidate.pending === 0) return;
      candidate.pending -= 1;
      if (candidate.pending === 0) stopExpecting(candidate);
    },
    formatTraceparent: (trace) => (traceparent ? formatTraceparent(trace) : undefined),
    clear: () => {
      for (const candidate of recent) if (candidate.pending > 0) stopExpecting(candidate);
      recent = [];
      inFlight.clear();
      byPhone.clear();
      byEvent.clear();
    },
  };
}

const NONE = new URLSearchParams();

/** Numbers as people and apps write them. */
const PHONE_NUMBERS = /\+?\d[\d ().-]{5,}\d/g;

/** The last ten digits: with and without a country code, one number is the same phone. */
function shortForm(number: string): string {
  return number.replace(/\D/g, '').slice(-10);
}

/** Whether a text occurs in another as whole words: `text 1` is not in `text 10`. */
function isQuoted(quote: string, text: string): boolean {
  if (quote === '') return false;
  for (let at = text.indexOf(quote); at !== -1; at = text.indexOf(quote, at + 1)) {
    const isWhole =
      !continuesWord(text[at - 1], quote[0]) && !continuesWord(quote.at(-1), text[at + quote.length]);
    if (isWhole) return true;
  }
  return false;
}

function continuesWord(one: string | undefined, next: string | undefined): boolean {
  return one !== undefined && next !== undefined && /^[\p{L}\p{N}]{2}$/u.test(one + next);
}

/** The oldest that no request was found for, first among those in flight; else the newest. */
function chooseByTurn(candidates: readonly Candidate[]): Candidate | undefined {
  const unanswered = candidates.filter(({ requests }) => requests === 0);
  return unanswered.find(({ isInFlight }) => isInFlight) ?? unanswered[0] ?? candidates.at(-1);
}

function isOneTrace(candidates: readonly Candidate[]): boolean {
  return new Set(candidates.map(({ trace }) => trace.traceId)).size === 1;
}

/** Whether the app may be working on it, as far as is known. */
function isOpen({ isInFlight, pending, requests, endedAt }: Candidate): boolean {
  return isInFlight || pending > 0 || (requests === 0 && performance.now() - endedAt < RECENT_MS);
}

function isRecent({ isInFlight, endedAt, pending }: Candidate): boolean {
  return isInFlight || pending > 0 || performance.now() - endedAt < RECENT_MS;
}

/** A trace id has 16 hex digits and a number, and the cause is the id of an event: both fit into a `traceparent`. */
function formatTraceparent({ traceId, cause }: TraceContext): string {
  const [prefix = '', count = ''] = traceId.split('-');
  return `00-${prefix}${toHex16(Number(count))}-${toHex16(cause ?? 0)}-01`;
}

function readTraceparent(header: string): TraceContext | undefined {
  const [, prefix, count, span] =
    /^[0-9a-f]{2}-([0-9a-f]{16})([0-9a-f]{16})-([0-9a-f]{16})-/.exec(header) ?? [];
  if (prefix === undefined || count === undefined || span === undefined) return undefined;
  return { traceId: `${prefix}-${Number.parseInt(count, 16)}`, cause: Number.parseInt(span, 16) };
}

function toHex16(value: number): string {
  return value.toString(16).padStart(16, '0');
}
