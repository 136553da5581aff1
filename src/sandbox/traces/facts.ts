// Reads the events of one trace: its texts, calls, webhooks, requests, and what went wrong.
import type { EventFields, SandboxEvent, TextFacts, WebhookFacts } from '../platform/events/event.js';
import { readOutcome } from './event-outcome.js';

/** The event of one kind. */
export type EventOf<Kind extends EventFields['kind']> = Extract<SandboxEvent, { readonly kind: Kind }>;

/** A text of a trace, as far as its events tell. */
export interface TracedText extends TextFacts {
  /** Of the event that shows it first, and the time of that event in ISO 8601. */
  readonly id: number;
  readonly at: string;
  /** Null until the text is a message. */
  sid: string | null;
  /** `twilio` is the sender of the automatic reply to a keyword. */
  readonly sender: 'phone' | 'app' | 'twilio';
  /** `sent`, then `received` for a text of a phone; else Twilio's status. */
  status: string;
  errorCode: number | null;
  /** Of the event that says that the recipient has it; null if there is none. */
  reachedId: number | null;
  /** ISO 8601. */
  reachedAt: string | null;
}

/** A leg of a call of a trace, as far as its events tell. */
export interface TracedCall {
  /** Of the event that starts it, and the time of that event in ISO 8601. */
  readonly id: number;
  readonly at: string;
  readonly sid: string;
  readonly direction: EventOf<'call.started'>['direction'];
  readonly from: string;
  readonly to: string;
  /** The phone at its far end; null if that is a number of the account. */
  phone: string | null;
  /** The number that this phone shows. */
  shown: string;
  /** Twilio's. */
  status: string;
  /** ISO 8601; null before. */
  answeredAt: string | null;
  endedAt: string | null;
  /** What the app did with the call itself, since it last dialled another phone for it. */
  treatment: 'spoken to' | 'rejected' | null;
}

/** A webhook of a trace: all attempts at one URL. */
export interface TracedWebhook {
  readonly purpose: WebhookFacts['purpose'];
  /** False while the app has not answered the latest request. */
  isOver: boolean;
  /** Of the latest answer; null while there is none. */
  status: number | null;
  /** Its end; null while it is in flight, and if an attempt or the fallback URL came after this failure. */
  failure: EventOf<'webhook.sent'> | null;
}

/** A REST request of a trace; the request of a fault that came before it has no status. */
export interface TracedRequest {
  readonly method: string;
  readonly path: string;
  /** Whether relay-phone itself sent it, and not the app. */
  readonly isOwn: boolean;
  status: number | null;
  /** Why it was refused; null if it was not. */
  problem: EventOf<'request.in'>['problem'];
  fault: EventOf<'fault.hit'> | null;
}

/** What the events of one trace tell. */
export interface TraceFacts {
  readonly first: SandboxEvent;
  readonly last: SandboxEvent;
  /** False if an event names a cause that is not among the events. */
  readonly isComplete: boolean;
  /** True if the cause of an event is a guess. */
  readonly isGuessed: boolean;
  /** In the order of their first events, as all lists here. */
  readonly texts: readonly TracedText[];
  readonly calls: readonly TracedCall[];
  readonly webhooks: readonly TracedWebhook[];
  readonly requests: readonly TracedRequest[];
  readonly exposures: readonly EventOf<'exposure'>[];
  readonly optOuts: readonly EventOf<'opt-out'>[];
  /** The names of what TwiML and accepted requests asked for and the sandbox lacks, each once. */
  readonly lacks: readonly string[];
  /** The errors in TwiML; a warning is not one. */
  readonly twimlErrors: readonly EventOf<'twiml.alert'>[];
  /** The phones that took part, and the numbers of the account that did. */
  readonly phones: readonly string[];
  readonly numbers: readonly string[];
  /** True if something failed that is not in the lists above: a text, a call, faulty TwiML. */
  readonly hasFailed: boolean;
  /** True if something went wrong, but not for good. */
  readonly hasWarning: boolean;
}

/** Reads the events of one trace. @param events in the order of their ids, at least one */
export function readFacts(events: readonly [SandboxEvent, ...SandboxEvent[]]): TraceFacts {
  const reader = new FactReader(events);
  for (const event of events) reader.read(event);
  return reader.end();
}

/** True if the cause of an event is a guess. */
export function isGuessed(event: SandboxEvent): boolean {
  return (event.kind === 'request.in' || event.kind === 'fault.hit') && event.attribution === 'guessed';
}

const FINAL_CALL_STATUSES: readonly string[] = ['completed', 'busy', 'failed', 'no-answer', 'canceled'];

/** The verbs by which an app answers a call itself. */
const SPEAKING_VERBS: readonly string[] = ['Say', 'Play', 'Gather', 'Record'];

class FactReader {
  readonly #events: readonly [SandboxEvent, ...SandboxEvent[]];
  /** By the id of the event that a phone's text begins with, or by SID. */
  readonly #texts = new Map<number | string, TracedText>();
  readonly #statuses = new Map<string, EventOf<'text.status'>>();
  readonly #calls = new Map<string, TracedCall>();
  readonly #webhooks = new Map<string, TracedWebhook>();
  /** Those of which a request failed, by the id of the event that says so. */
  readonly #failedWebhooks = new Map<number, TracedWebhook>();
  readonly #requests = new Map<number, TracedRequest>();
  readonly #exposures: EventOf<'exposure'>[] = [];
  readonly #optOuts: EventOf<'opt-out'>[] = [];
  readonly #lacks = new Set<string>();
  readonly #twimlErrors: EventOf<'twiml.alert'>[] = [];
  /** Numbers that are phones for certain, numbers that may be phones, and numbers of the account. */
  readonly #phones = new Set<string>();
  readonly #maybePhones = new Set<string>();
  readonly #numbers = new Set<string>();
  #isComplete = true;
  #isGuessed = false;
  #hasFailed = false;
  #hasWarning = false;

  constructor(events: readonly [SandboxEvent, ...SandboxEvent[]]) {
    this.#events = events;
  }

  read(event: SandboxEvent): void {
    if (event.cause !== null && !this.#findCause(event)) this.#isComplete = false;
    if (isGuessed(event)) this.#isGuessed = true;
    switch (event.kind) {
      case 'phone.texts':
        this.#addPhoneText(event, event.id, null);
        break;
      case 'text.received':
        this.#receive(event);
        break;
      case 'text.queued':
        this.#numbers.add(event.from);
        this.#maybePhones.add(event.to);
        this.#addText(event.sid, event, event.sid, 'app', 'queued');
        break;
      case 'text.status':
        this.#statuses.set(event.sid, event);
        this.#noteOutcome(event);
        break;
      case 'text.reached-phone':
        this.#reachPhone(event);
        break;
      case 'webhook.began':
        this.#findWebhook(event).isOver = false;
        break;
      case 'webhook.sent':
        this.#endWebhook(event);
        break;
      case 'request.in':
        this.#endRequest(event);
        break;
      case 'fault.hit':
        this.#findRequest(event).fault = event;
        break;
      case 'media.fetched':
        this.#noteOutcome(event);
        break;
      case 'twiml.alert':
        if (event.logLevel === 'error') this.#twimlErrors.push(event);
        this.#noteOutcome(event);
        break;
      case 'twiml.run':
        this.#treatCall(event);
        break;
      case 'call.started':
        this.#startCall(event);
        break;
      case 'call.status':
        this.#updateCall(event);
        this.#noteOutcome(event);
        break;
      case 'phone.call':
        this.#actInCall(event);
        break;
      case 'exposure':
        this.#phones.add(event.phone);
        this.#exposures.push(event);
        break;
      case 'unsupported':
        this.#noteOutcome(event);
        if (!this.#isOfRefusal(event)) this.#lacks.add(event.name);
        break;
      case 'opt-out':
        this.#maybePhones.add(event.phone);
        this.#numbers.add(event.number);
        this.#optOuts.push(event);
    }
  }

  end(): TraceFacts {
    for (const text of this.#texts.values()) {
      const status = text.sid === null ? undefined : this.#statuses.get(text.sid);
      if (text.sender === 'phone') continue;
      text.status = status?.status ?? (text.reachedId === null ? text.status : 'delivered');
      text.errorCode = status?.errorCode ?? null;
    }
    const maybe = [...this.#maybePhones].filter((number) => !this.#numbers.has(number));
    const phones = new Set([...this.#phones, ...maybe]);
    const [first] = this.#events;
    return {
      first,
      last: this.#events.at(-1) ?? first,
      isComplete: this.#isComplete,
      isGuessed: this.#isGuessed,
      texts: [...this.#texts.values()],
      calls: [...this.#calls.values()],
      webhooks: [...this.#webhooks.values()],
      requests: [...this.#requests.values()],
      exposures: this.#exposures,
      optOuts: this.#optOuts,
      lacks: [...this.#lacks],
      twimlErrors: this.#twimlErrors,
      phones: [...phones],
      numbers: [...this.#numbers],
      hasFailed: this.#hasFailed,
      hasWarning: this.#hasWarning,
    };
  }

  #noteOutcome(event: SandboxEvent): void {
    const outcome = readOutcome(event);
    this.#hasFailed ||= outcome === 'failed';
    this.#hasWarning ||= outcome === 'warning';
  }

  /** A binary search: a map for each of a thousand traces would cost more than all else. */
  #findCause({ cause }: SandboxEvent): SandboxEvent | undefined {
    if (cause === null) return undefined;
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.id ?? cause) < cause) low = middle + 1;
      else high = middle;
    }
    const found = this.#events[low];
    return found?.id === cause ? found : undefined;
  }

  #addPhoneText(event: EventOf<'phone.texts' | 'text.received'>, key: number, sid: string | null): void {
    this.#phones.add(event.from);
    this.#numbers.add(event.to);
    const isReceived = event.kind === 'text.received';
    const text = this.#addText(key, event, sid, 'phone', isReceived ? 'received' : 'sent');
    if (isReceived) reach(text, event);
  }

  /** A number of the account has a text: of a phone, or of another number of the account. */
  #receive(event: EventOf<'text.received'>): void {
    const cause = this.#findCause(event);
    if (cause?.kind === 'text.status' || cause?.kind === 'opt-out') {
      this.#numbers.add(event.from);
      this.#numbers.add(event.to);
      const own = cause.kind === 'text.status' ? this.#texts.get(cause.sid) : undefined;
      if (own) reach(own, event);
      return;
    }
    const sent = this.#texts.get(event.cause ?? event.id);
    if (!sent) {
      this.#addPhoneText(event, event.cause ?? event.id, event.sid);
      return;
    }
    sent.sid = event.sid;
    sent.status = 'received';
    reach(sent, event);
  }

  #reachPhone(event: EventOf<'text.reached-phone'>): void {
    this.#phones.add(event.to);
    this.#numbers.add(event.from);
    const cause = this.#findCause(event);
    const sender = cause?.kind === 'opt-out' ? 'twilio' : 'app';
    const text =
      this.#texts.get(event.sid) ?? this.#addText(event.sid, event, event.sid, sender, 'delivered');
    reach(text, event);
  }

  /** True if the cause of an event is a request that was refused, which says why itself. */
  #isOfRefusal(event: SandboxEvent): boolean {
    const cause = this.#findCause(event);
    return cause?.kind === 'request.in' && cause.status >= 400;
  }

  #addText(
    key: number | string,
    { id, at, from, to, body, mediaUrls }: TextFacts & Pick<SandboxEvent, 'id' | 'at'>,
    sid: string | null,
    sender: TracedText['sender'],
    status: string,
  ): TracedText {
    const facts = { id, at, sid, from, to, body, mediaUrls, sender, status };
    const text: TracedText = { ...facts, errorCode: null, reachedId: null, reachedAt: null };
    this.#texts.set(key, text);
    return text;
  }

  #findWebhook(event: EventOf<'webhook.began' | 'webhook.sent'>): TracedWebhook {
    // The fallback begins because of the failure of the first URL.
    const before = event.cause === null ? undefined : this.#failedWebhooks.get(event.cause);
    if (before?.failure?.sid === event.sid && before.purpose === event.purpose) this.#forgive(before);
    const known = this.#webhooks.get(event.idempotencyToken);
    if (known) {
      this.#forgive(known);
      return known;
    }
    const webhook: TracedWebhook = { purpose: event.purpose, isOver: false, status: null, failure: null };
    this.#webhooks.set(event.idempotencyToken, webhook);
    return webhook;
  }

  #endWebhook(event: EventOf<'webhook.sent'>): void {
    const webhook = this.#findWebhook(event);
    webhook.isOver = event.verdict === 'accepted' || event.verdict === 'failed';
    webhook.status = event.status;
    if (event.verdict !== 'failed') return;
    webhook.failure = event;
    this.#failedWebhooks.set(event.id, webhook);
  }

  /** Something else was tried after a failure. */
  #forgive(webhook: TracedWebhook): void {
    if (webhook.failure !== null) this.#hasWarning = true;
    webhook.failure = null;
  }

  #findRequest({ exchangeId, method, path, isOwn }: EventOf<'request.in' | 'fault.hit'>): TracedRequest {
    const known = this.#requests.get(exchangeId);
    if (known) return known;
    const request: TracedRequest = { method, path, isOwn, status: null, problem: null, fault: null };
    this.#requests.set(exchangeId, request);
    return request;
  }

  #endRequest(event: EventOf<'request.in'>): void {
    const request = this.#findRequest(event);
    request.status = event.status;
    request.problem = event.problem;
  }

  #treatCall({ sid, verb }: EventOf<'twiml.run'>): void {
    const call = this.#calls.get(sid);
    if (!call) return;
    if (SPEAKING_VERBS.includes(verb)) call.treatment = 'spoken to';
    else if (verb === 'Reject') call.treatment = 'rejected';
    else if (verb === 'Dial') call.treatment = null;
  }

  #startCall({ id, at, cause, sid, direction, from, to }: EventOf<'call.started'>): void {
    const isInbound = direction === 'inbound';
    if (isInbound) this.#numbers.add(to);
    // An inbound call that something caused comes from another leg, not from a phone.
    const phone = isInbound ? (cause === null && isNumber(from) ? from : null) : to;
    if (phone !== null) this.#maybePhones.add(phone);
    const shown = isInbound ? to : from;
    const facts = { id, at, sid, direction, from, to, phone, shown, status: 'queued' };
    this.#calls.set(sid, { ...facts, answeredAt: null, endedAt: null, treatment: null });
  }

  #updateCall({ sid, status, at }: EventOf<'call.status'>): void {
    const call = this.#calls.get(sid);
    if (!call) return;
    call.status = status;
    if (status === 'in-progress') call.answeredAt ??= at;
    if (FINAL_CALL_STATUSES.includes(status)) call.endedAt = at;
  }

  #actInCall({ sid, phone, act, detail }: EventOf<'phone.call'>): void {
    this.#phones.add(phone);
    const call = this.#calls.get(sid);
    if (!call) return;
    call.phone = phone;
    if (act === 'rings' && detail !== null) call.shown = detail;
  }
}

function reach(text: TracedText, { id, at }: SandboxEvent): void {
  text.reachedId = id;
  text.reachedAt = at;
}

/** Withheld callers are words, such as `anonymous`. */
function isNumber(text: string): boolean {
  return /^\+?\d+$/.test(text);
}
