// Finds the webhook that caused a REST request: by what the request names or quotes, else by what is in progress.
import { clearTimeout, monotonicNow, setTimeout } from '../../../real-time.js';
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
  /** Whether it is about a text or call that came in. */
  readonly asksForReply: boolean;
  isInFlight: boolean;
  /** Of real time, milliseconds; 0 while it is in flight. */
  endedAt: number;
  /** How many requests with an effect were found to be caused by it. */
  requests: number;
  /** How many requests with an effect were answered, and how many more it announced. */
  answered: number;
  pending: number;
  giveUp: NodeJS.Timeout | undefined;
}

/** How many webhooks are remembered. */
const CAPACITY = 2000;

/** How many of the newest webhooks are compared with a request that names none of their phones. */
const SEARCHED = 100;

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
      asksForReply: isText || purpose === 'call',
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
      candidate.endedAt = monotonicNow();
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
    if (candidate && request.method !== 'GET') candidate.requests += 1;
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
      method === 'POST' && /\/(Messages|Calls)\.json$/.test(path) ? new URLSearchParams(body) : NO_FORM;
    const [from, to, text] = ['From', 'To', 'Body'].map((name) => form.get(name)?.trim() ?? '');
    const request = { from: from ?? '', to: to ?? '', text: text ?? '' };
    return findQuoted(request) ?? findReplied(request) ?? findWorking(request);
  }

  /** The webhook of a text that the request quotes, or that quotes the request, as a reply with a prefix does. */
  function findQuoted({ from, to, text }: TextRequest): FoundCause | undefined {
    if (text === '') return undefined;
    const named = ofPhones(text.match(PHONE_NUMBERS) ?? []);
    const replied = ofPhones([to]);
    const newest = newestOf(recent);
    const all = [...new Set([...named, ...replied, ...inFlight, ...newest])];
    const quoted = all.filter(({ body }) => isQuoted(body, text));
    const longest = Math.max(...quoted.map(({ body }) => body.length));
    // A shorter quote inside a longer one is there by chance.
    const best = quoted.filter(({ body }) => body.length === longest);
    const isIn = (some: readonly Candidate[]) => (candidate: Candidate) => some.includes(candidate);
    const chosen =
      chooseByTurn(best.filter(isIn(named))) ??
      chooseByTurn(best.filter(isIn(replied)).filter(isWorking)) ??
      chooseByTurn(best.filter(isWorking)) ??
      chooseByTurn(best.filter(isIn(replied))) ??
      chooseByTurn(best.filter(isRecent)) ??
      chooseByTurn(newest.filter((one) => one.number === from && isRecent(one) && isQuoted(text, one.body)));
    if (!chosen) return undefined;
    const isRelated = named.includes(chosen) || replied.includes(chosen);
    const isSure = isRelated && isOneTrace(quoted) && longest >= MIN_QUOTE_LENGTH;
    return { trace: chosen.trace, attribution: isSure ? 'sure' : 'guessed' };
  }

  /** The webhook about the phone that the request texts or calls, if the app has not replied yet. */
  function findReplied({ from, to }: TextRequest): FoundCause | undefined {
    const about = ofPhones([to]).filter(({ number }) => from === '' || number === from);
    const chosen = chooseByTurn(about.filter(isUnanswered));
    return chosen && { trace: chosen.trace, attribution: 'guessed' };
  }

  /** The only webhook that the app is working on, first among those about the number that the request names. */
  function findWorking({ from }: TextRequest): FoundCause | undefined {
    const working = [...new Set([...inFlight, ...newestOf(recent)])].filter(isWorking);
    for (const pool of [working.filter(({ number }) => number === from), working]) {
      const [one] = pool;
      if (one && isOneTrace(pool)) return { trace: one.trace, attribution: 'guessed' };
    }
    return undefined;
  }

  function ofPhones(phones: readonly string[]): readonly Candidate[] {
    return [...new Set(phones.map(shortForm))].flatMap((phone) => byPhone.get(phone) ?? []);
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

/** What a request to send a text or place a call says; empty for all other requests. */
interface TextRequest {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

const NO_FORM = new URLSearchParams();

function newestOf(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.slice(-SEARCHED);
}

/** Numbers as people and apps write them. */
const PHONE_NUMBERS = /\+?\d[\d ().-]{5,}\d/g;

/** The last ten digits: with and without a country code, one number is the same phone. A sender may be a word. */
function shortForm(number: string): string {
  return number.replace(/\D/g, '').slice(-10) || number;
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

/**
 * The oldest that no request was found for, first among those that the app is working on or was until now; one that it left
 * unanswered long ago comes after all that it is working on. Else the newest.
 */
function chooseByTurn(candidates: readonly Candidate[]): Candidate | undefined {
  const unanswered = candidates.filter(({ requests }) => requests === 0);
  return (
    unanswered.find(isWorking) ??
    unanswered.find(isRecent) ??
    candidates.find(isWorking) ??
    unanswered[0] ??
    candidates.at(-1)
  );
}

function isOneTrace(candidates: readonly Candidate[]): boolean {
  return new Set(candidates.map(({ trace }) => trace.traceId)).size === 1;
}

/** Whether the app has not answered it, or has announced requests that it has not made. */
function isWorking({ isInFlight, pending }: Candidate): boolean {
  return isInFlight || pending > 0;
}

function isRecent(candidate: Candidate): boolean {
  return isWorking(candidate) || monotonicNow() - candidate.endedAt < RECENT_MS;
}

/** Whether the app may still reply. It seldom does because of a status callback. */
function isUnanswered(candidate: Candidate): boolean {
  const { asksForReply, requests } = candidate;
  return isWorking(candidate) || (asksForReply && requests === 0 && isRecent(candidate));
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
