// Sends a recorded webhook again, as it was or edited, and never runs the TwiML of the answer.
import { RelayPhoneError } from '../../errors.js';
import { editRequest, type ReplayRequest } from '../../exchanges/edit.js';
import { findHeader } from '../../exchanges/headers.js';
import type { WebhookParameters } from '../../exchanges/parameters.js';
import { badEdit, type ReplayEdits, readEdits } from '../../exchanges/replay-edits.js';
import type { AnswerDifferenceReport, FullExchangeReport } from '../../exchanges/report.js';
import { monotonicNow } from '../../real-time.js';
import type { SandboxExchange, WebhookExchange } from '../exchanges/exchange-log.js';
import { readExchange } from '../exchanges/read-exchange.js';
import type { ExchangeView } from '../exchanges/view.js';
import type { WebhookFacts } from '../platform/events/event.js';
import type { OpenTraces } from '../platform/events/open-traces.js';
import type { TraceContext } from '../platform/events/stream.js';
import { findAnswerReason } from './answer-reason.js';
import { type AttemptDeps, readPendingWork } from './attempts.js';
import { answerChallenge } from './authorization.js';
import { refusedBy, WebhookFailure } from './failure.js';
import { requestWebhook, type WebhookAnswer } from './http-request.js';
import { findRedirect, toSignedUrl } from './request.js';
import { type Parameter, signRequest } from './signature.js';
import { findWebhookUrl } from './webhook-url.js';

/** What replaying needs. */
export interface ReplayDeps extends Omit<AttemptDeps, 'alerts' | 'cookies' | 'logins'> {
  readonly traces: OpenTraces;
  /** Aborted when the sandbox is closed or reset. */
  readonly stopSignal: () => AbortSignal;
}

/** A replay, and how its answer differs from the recorded one. */
export interface ReplayResult {
  readonly exchange: FullExchangeReport;
  readonly difference: AnswerDifferenceReport;
}

/** Sends the webhook of an exchange again; see `replay` of the sandbox. */
export type Replay = (id: number, edits?: ReplayEdits) => Promise<ReplayResult>;

/** Creates the function that replays. A replay is recorded as a new exchange, in a trace of its own. */
export function createReplay(deps: ReplayDeps, view: ExchangeView): Replay {
  return async (id, edits = {}) => {
    const recorded = verifyWebhook(id, deps.exchanges.find(id));
    const { url, request } = buildRequest(deps, recorded, edits);
    const traceId = deps.events.newTrace();
    const sent = await deps.traces.during(traceId, send(deps, recorded, url, request, traceId));
    return { exchange: await view.format(sent), difference: await view.compare(recorded, sent) };
  };
}

function verifyWebhook(id: number, exchange: SandboxExchange | undefined): WebhookExchange {
  if (exchange?.direction === 'webhook') return exchange;
  const reason = exchange
    ? 'it is a REST request of the app, not a webhook'
    : 'no exchange with this id is kept';
  throw new RelayPhoneError({ kind: 'usage', task: `replay exchange ${id}`, reason });
}

function buildRequest(
  { authToken }: ReplayDeps,
  recorded: WebhookExchange,
  edits: ReplayEdits,
): { readonly url: string; readonly request: ReplayRequest } {
  const { headers, ...changes } = readEdits(edits, recorded.method);
  const { signature = 'anew' } = edits;
  const exchange = readExchange(recorded, { origin: () => '', sign: () => '' });
  // A token that is not the account's makes a signature of the right form.
  const token = signature === 'anew' ? authToken : `${authToken}0`;
  const request = editRequest(exchange, {
    ...changes,
    // The sandbox's own, which a challenge brings back.
    headers: new Map([['authorization', null], ...(headers ?? [])]),
    sign:
      signature === 'none'
        ? undefined
        : (url, form) => signRequest(token, toSignedUrl(url, recorded.sid), listPairs(form)),
    publicBase: exchange.summary.publicBase,
  });
  // With the user and password of the recorded URL.
  const [authority = ''] = /^https?:\/\/[^/?#]*/i.exec(recorded.url) ?? [];
  return { url: authority + request.target, request };
}

function listPairs(form: WebhookParameters): Parameter[] {
  return Object.entries(form).flatMap(([name, values]) =>
    [values].flat().map((value): Parameter => [name, value]),
  );
}

async function send(
  deps: ReplayDeps,
  recorded: WebhookExchange,
  url: string,
  { method, headers, body }: ReplayRequest,
  traceId: string,
): Promise<WebhookExchange> {
  const { events, exchanges, causes, now } = deps;
  const { purpose, sid, numbers } = recorded;
  const [id, at, start] = [exchanges.nextId(), now(), monotonicNow()];
  const facts: WebhookFacts = {
    purpose,
    sid,
    method,
    url,
    attempt: 1,
    exchangeId: id,
    idempotencyToken: findHeader(headers, 'i-twilio-idempotency-token') ?? '',
    replayOf: recorded.id,
  };
  const cause = events.emit({ kind: 'webhook.began', traceId, cause: null, ...facts });
  const trace: TraceContext = { traceId, cause };
  const form = body.toString();
  const end = causes.begin({ ...trace, purpose, numbers, parameters: [...new URLSearchParams(form)] });
  let answer: WebhookAnswer | undefined;
  let failure: WebhookFailure | undefined;
  let isRedirected = false;
  try {
    answer = await request(deps, { url, method, headers: toRecord(headers), form });
    if (answer.status >= 400) failure = refusedBy(answer.status);
    else isRedirected = findRedirect(answer, { url, method }) !== undefined;
  } catch (error) {
    if (!(error instanceof WebhookFailure)) {
      end(0);
      throw badEdit('the sandbox was closed or reset while the webhook was in flight');
    }
    failure = error;
  }
  const durationMs = monotonicNow() - start;
  const sent: WebhookExchange = {
    direction: 'webhook',
    id,
    at,
    durationMs,
    trace,
    purpose,
    sid,
    numbers,
    attempt: 1,
    replayOf: recorded.id,
    method,
    url,
    requestHeaders: headers,
    requestBody: form,
    isRequestCut: false,
    status: answer?.status ?? null,
    answerHeaders: answer?.headers ?? {},
    answerBody: answer?.body ?? '',
    isAnswerCut: answer?.isCut ?? false,
    error: failure?.describe() ?? null,
  };
  exchanges.add(sent);
  events.emit({
    kind: 'webhook.sent',
    ...trace,
    ...facts,
    startedAt: new Date(at).toISOString(),
    durationMs,
    status: answer?.status ?? null,
    verdict: failure ? 'failed' : isRedirected ? 'redirected' : 'accepted',
    errorCode: failure?.code ?? null,
    failure: failure?.message ?? null,
    reason: answer && answer.status >= 400 ? findAnswerReason(answer.body) : null,
  });
  end(readPendingWork(answer));
  return sent;
}

async function request(
  { network, stopSignal }: ReplayDeps,
  message: {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly form: string;
  },
): Promise<WebhookAnswer> {
  const address = findWebhookUrl(message.url);
  if (!address) throw new WebhookFailure(11100, 'Invalid URL format');
  const { overrides } = address;
  const first = {
    ...message,
    form: message.method === 'GET' ? undefined : message.form,
    overrides,
    timeLeftMs: overrides.totalTimeoutMs,
    signal: stopSignal(),
  };
  const answer = await requestWebhook(first, network);
  const again = answerChallenge(first, answer);
  return again ? requestWebhook(again, network) : answer;
}

function toRecord(headers: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let at = 0; at < headers.length; at += 2) record[headers[at] ?? ''] = headers[at + 1] ?? '';
  return record;
}
