// The record of one REST request: what caused it, its event, and its exchange.
import type { IncomingMessage } from 'node:http';
import { OWN_AGENT, TWILIO_AGENT } from '../../http/user-agents.js';
import { monotonicNow } from '../../real-time.js';
import type { ExchangeLog } from '../exchanges/exchange-log.js';
import type { RequestFacts, RequestProblem } from '../platform/events/event.js';
import type { FoundCause, RequestCauses } from '../platform/events/request-causes.js';
import type { EventStream, TraceContext } from '../platform/events/stream.js';
import type { Unsupported } from '../platform/events/unsupported.js';
import type { RestAnswer } from './answer.js';
import type { AppContactLog } from './app-contact.js';
import type { MatchedFault } from './faults.js';
import type { RequestedTarget } from './requested-target.js';

/** What records need. */
export interface RequestRecordDeps {
  readonly events: Pick<EventStream, 'emit'>;
  readonly exchanges: ExchangeLog;
  readonly causes: Pick<RequestCauses, 'find' | 'answered'>;
  readonly now: () => number;
  readonly app: Pick<AppContactLog, 'noteRequest'>;
}

/** The record of one request, from its arrival to its answer. */
export class RequestRecord {
  readonly #deps: RequestRecordDeps;
  readonly #incoming: IncomingMessage;
  readonly #requested: RequestedTarget;
  readonly #at: number;
  readonly #start = monotonicNow();
  readonly #exchangeId: number;
  #found: FoundCause | undefined;
  /** The id of the event; undefined until there is one. */
  #event: number | undefined;
  /** The id of the event of the fault that it met; undefined without one. */
  #fault: number | undefined;
  /** The body; undefined until it was read. */
  body: string | undefined;
  /** What its parameters ask for and the sandbox lacks; undefined if nothing. */
  lacks: readonly Unsupported[] | undefined;

  constructor(deps: RequestRecordDeps, incoming: IncomingMessage, requested: RequestedTarget) {
    this.#deps = deps;
    this.#incoming = incoming;
    this.#requested = requested;
    this.#at = deps.now();
    this.#exchangeId = deps.exchanges.nextId();
  }

  /**
   * Emits the events of the request and of what it lacks. A handler calls this before the effects of a request, when nothing can refuse it any
   * more, so that the effects come after their cause. For all other requests {@link end} does it.
   *
   * @param status of the answer
   * @param problem why it is refused; null if it is not
   * @returns the request as the cause of its effects
   */
  announce(status: number, problem: RequestProblem | null = null): TraceContext {
    this.#event ??= this.#emit(status, problem);
    return { traceId: this.#find().trace.traceId, cause: this.#event };
  }

  /** @returns the id of the request's event */
  #emit(status: number, problem: RequestProblem | null): number {
    const { events } = this.#deps;
    const { trace } = this.#find();
    const durationMs = monotonicNow() - this.#start;
    const cause = events.emit({
      kind: 'request.in',
      ...trace,
      ...this.#facts(),
      status,
      durationMs,
      problem,
    });
    for (const lack of this.lacks ?? []) {
      events.emit({ kind: 'unsupported', traceId: trace.traceId, cause, ...lack });
    }
    return cause;
  }

  /** Emits the event that an injected fault made the request fail. */
  hit({ fault, rule }: MatchedFault): void {
    const { trace } = this.#find();
    this.#fault = this.#deps.events.emit({
      kind: 'fault.hit',
      traceId: trace.traceId,
      cause: this.#event ?? trace.cause,
      ...this.#facts(),
      faultId: fault.id,
      when: rule.when ?? 'before',
      answer: typeof rule.answer === 'string' ? rule.answer : rule.answer.status,
    });
  }

  /** Keeps the exchange of an answered request, and emits its event if there is none yet. */
  end({ status, headers, body, problem, unsupported }: RestAnswer): void {
    const trace = this.announce(status, problem ?? null);
    if (unsupported) this.#deps.events.emit({ kind: 'unsupported', ...trace, ...unsupported });
    if (!this.#isOwn()) this.#deps.app.noteRequest(status);
    this.#deps.causes.answered(this.#find().trace, this.#incoming.method ?? '', status);
    this.#keep(trace, status, headers, body ?? '', null);
  }

  /** Keeps the exchange of a request that gets no answer. @param error why */
  endWithoutAnswer(error: string): void {
    const { traceId } = this.#find().trace;
    this.#keep({ traceId, cause: this.#event ?? this.#fault ?? null }, null, [], '', error);
  }

  #find(): FoundCause {
    this.#found ??= this.#deps.causes.find({
      method: this.#incoming.method ?? '',
      path: this.#requested.target,
      traceparent: this.#incoming.headers.traceparent as string | undefined,
      body: this.body ?? '',
    });
    return this.#found;
  }

  /** Whether the app has nothing to do with it: relay-phone asks, or the sandbox fetches a file that it serves itself. */
  #isOwn(): boolean {
    const agent = this.#incoming.headers['user-agent'];
    return agent === TWILIO_AGENT || (agent?.endsWith(OWN_AGENT) ?? false);
  }

  #facts(): RequestFacts {
    const { method = '' } = this.#incoming;
    const { product = null, target: path } = this.#requested;
    const { attribution } = this.#find();
    return { method, product, path, attribution, isOwn: this.#isOwn(), exchangeId: this.#exchangeId };
  }

  #keep(
    trace: TraceContext,
    status: number | null,
    answerHeaders: readonly string[],
    answerBody: string | Buffer,
    error: string | null,
  ): void {
    const { method = '', rawHeaders, socket } = this.#incoming;
    const { exchanges } = this.#deps;
    exchanges.add({
      direction: 'rest',
      id: this.#exchangeId,
      at: this.#at,
      durationMs: monotonicNow() - this.#start,
      trace,
      method,
      target: this.#requested.target,
      requestHeaders: exchanges.keepHeaders(rawHeaders),
      requestBody: this.body ?? '',
      isRequestCut: this.body === undefined && method === 'POST',
      status,
      answerHeaders,
      answerBody,
      isAnswerCut: false,
      error,
      remote: socket.remoteAddress ?? '',
    });
  }
}
