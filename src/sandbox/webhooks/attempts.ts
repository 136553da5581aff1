// Requests one URL of a webhook, with Twilio's retries and redirects; records each request, and alerts of a failure.

import { randomUUID } from 'node:crypto';
import { debugRequest } from '../../debug.js';
import { PENDING_WORK_HEADER } from '../../http/pending-work.js';
import { monotonicNow } from '../../real-time.js';
import type { AlertStore } from '../accounts/alerts/store.js';
import type { ExchangeLog } from '../exchanges/exchange-log.js';
import type { RequestCauses } from '../platform/events/request-causes.js';
import type { EventStream } from '../platform/events/stream.js';
import type { AppContactLog } from '../server/app-contact.js';
import { findAnswerReason } from './answer-reason.js';
import { findChallenge } from './authorization.js';
import type { CookieJar } from './cookies.js';
import { refusedBy, totalTimeout, WebhookFailure } from './failure.js';
import { requestWebhook, type WebhookAnswer, type WebhookNetwork } from './http-request.js';
import type { Logins } from './logins.js';
import { encodeForm, findRedirect, formatRequest } from './request.js';
import type { Destination, Webhook, WebhookResult } from './webhook.js';
import { type ConnectionOverrides, findWebhookUrl, type WebhookUrl } from './webhook-url.js';

const MAX_REDIRECTS = 10;

/** What an attempt needs. */
export interface AttemptDeps {
  readonly authToken: string;
  readonly alerts: AlertStore;
  readonly events: EventStream;
  readonly exchanges: ExchangeLog;
  readonly causes: RequestCauses;
  readonly network: WebhookNetwork;
  readonly cookies: CookieJar;
  readonly logins: Logins;
  readonly now: () => number;
  readonly app: Pick<AppContactLog, 'noteWebhook'>;
}

/** What all attempts at one URL share. */
interface Budget {
  readonly overrides: ConnectionOverrides;
  /** Milliseconds, on the clock of `performance.now()`. */
  readonly deadline: number;
  readonly idempotencyToken: string;
}

/** The state of one attempt: the URL that its redirects have led to, the request to it, and the answer from there. */
interface Attempt {
  /** From 1. */
  readonly number: number;
  readonly idempotencyToken: string;
  destination: Destination;
  /** Undefined until a request is sent. */
  sent: SentRequest | undefined;
  answer: WebhookAnswer | undefined;
}

/** A request that was sent. */
interface SentRequest {
  /** The id of its `webhook.began`. */
  readonly event: number;
  readonly exchangeId: number;
  /** Milliseconds since 1970, and on the clock of `performance.now()`. */
  readonly at: number;
  readonly start: number;
  readonly message: ReturnType<typeof formatRequest>;
  /** Ends the time in which the app may be working on it. */
  readonly end: (pendingWork: number) => void;
}

/**
 * Requests a webhook's URL (not its fallback), with the retries of its retry policy.
 *
 * @throws SandboxStopped if the webhook's signal is aborted; a webhook that fails does not throw.
 */
export async function attemptWebhook<Outcome>(
  deps: AttemptDeps,
  webhook: Webhook<Outcome>,
): Promise<WebhookResult<Outcome>> {
  const address = findWebhookUrl(webhook.url);
  if (!address) {
    const attempt = createAttempt(1, randomUUID(), { url: webhook.url, method: webhook.method });
    return fail(deps, webhook, attempt, new WebhookFailure(11100, 'Invalid URL format'));
  }
  const budget = createBudget(address);
  const { retries } = address.overrides;
  for (let left = retries; ; left -= 1) {
    const destination = { url: address.url, method: webhook.method };
    const attempt = createAttempt(retries - left + 1, budget.idempotencyToken, destination);
    try {
      return { url: address.url, ...(await follow(deps, webhook, attempt, budget)) };
    } catch (error) {
      if (!(error instanceof WebhookFailure)) throw error;
      if (left <= 0 || !isRetried(error, budget)) return fail(deps, webhook, attempt, error);
      report(deps, webhook, attempt, 'failed', error);
    }
  }
}

function createAttempt(number: number, idempotencyToken: string, destination: Destination): Attempt {
  return { number, idempotencyToken, destination, sent: undefined, answer: undefined };
}

function createBudget({ overrides }: WebhookUrl): Budget {
  return {
    overrides,
    deadline: monotonicNow() + overrides.totalTimeoutMs,
    idempotencyToken: randomUUID(),
  };
}

function isRetried({ kind }: WebhookFailure, { overrides, deadline }: Budget): boolean {
  return kind !== undefined && overrides.retryOn.has(kind) && monotonicNow() < deadline;
}

/** Makes one attempt, and follows its redirects. */
async function follow<Outcome>(
  deps: AttemptDeps,
  webhook: Webhook<Outcome>,
  attempt: Attempt,
  budget: Budget,
): Promise<Omit<WebhookResult<Outcome>, 'url'>> {
  let { parameters } = webhook;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const answer = await requestLoggedIn(deps, webhook, attempt, parameters, budget);
    const next = findRedirect(answer, attempt.destination);
    if (!next) return accept(deps, webhook, attempt, answer);
    report(deps, webhook, attempt, 'redirected');
    attempt.destination = next;
    if (next.method === 'GET') parameters = [];
  }
  throw new WebhookFailure(11215, 'Too many HTTP redirects');
}

/**
 * Sends a request, and again with the URL's user name and password if the answer asks for them. Twilio sends no
 * `Authorization` before: https://www.twilio.com/docs/usage/security.
 */
async function requestLoggedIn(
  deps: AttemptDeps,
  webhook: Webhook<unknown>,
  attempt: Attempt,
  parameters: Webhook<unknown>['parameters'],
  budget: Budget,
): Promise<WebhookAnswer> {
  const { logins } = deps;
  const { url } = attempt.destination;
  const answer = await request(deps, webhook, attempt, parameters, budget);
  const challenge = hasLogin(url) ? findChallenge(answer) : undefined;
  if (!challenge) return answer;
  report(deps, webhook, attempt, 'challenged');
  logins.keep(webhook.sid, url, challenge);
  return request(deps, webhook, attempt, parameters, budget);
}

function hasLogin(url: string): boolean {
  const { username, password } = new URL(url);
  return username + password !== '';
}

async function request(
  deps: AttemptDeps,
  webhook: Webhook<unknown>,
  attempt: Attempt,
  parameters: Webhook<unknown>['parameters'],
  budget: Budget,
): Promise<WebhookAnswer> {
  const { cookies, network } = deps;
  const { stopSignal, purpose } = webhook;
  const timeLeftMs = budget.deadline - monotonicNow();
  attempt.sent = undefined;
  attempt.answer = undefined;
  if (timeLeftMs <= 0) throw totalTimeout();
  const [conversation, { host }] = [nameConversation(webhook), new URL(attempt.destination.url)];
  attempt.sent = begin(deps, webhook, attempt, parameters, cookies.read(conversation, host));
  const { message } = attempt.sent;
  const describeRequest = () => `${message.method} ${attempt.destination.url} (${purpose})`;
  const answer = await debugRequest('webhooks', describeRequest, () =>
    requestWebhook({ ...message, overrides: budget.overrides, timeLeftMs, signal: stopSignal }, network),
  );
  stopSignal.throwIfAborted();
  attempt.answer = answer;
  cookies.keep(conversation, host, answer.headers['set-cookie'] ?? []);
  return answer;
}

/** Texts between the same two numbers share their cookies. A call has cookies of its own. */
function nameConversation({ sid, numbers }: Webhook<unknown>): string {
  return sid.startsWith('CA') ? sid : numbers.join(' ');
}

/** Writes and signs a request, and emits the event that it leaves. */
function begin(
  { authToken, events, exchanges, causes, logins, now }: AttemptDeps,
  { trace, purpose, sid, numbers, parameters: webhookParameters }: Webhook<unknown>,
  { number: attempt, idempotencyToken, destination }: Attempt,
  parameters: Webhook<unknown>['parameters'],
  cookie: string | undefined,
): SentRequest {
  const exchangeId = exchanges.nextId();
  const event = events.emit({
    kind: 'webhook.began',
    ...trace,
    purpose,
    sid,
    ...destination,
    attempt,
    exchangeId,
    idempotencyToken,
  });
  const cause = { traceId: trace.traceId, cause: event };
  const traceparent = causes.formatTraceparent(cause);
  const message = formatRequest(destination, parameters, {
    authToken,
    cookie,
    authorize: (request) => logins.authorize(sid, request),
    sid,
    idempotencyToken,
    traceparent,
  });
  const end = causes.begin({ ...cause, purpose, numbers, parameters: webhookParameters });
  return { event, exchangeId, at: now(), start: monotonicNow(), message, end };
}

function accept<Outcome>(
  deps: AttemptDeps,
  webhook: Webhook<Outcome>,
  attempt: Attempt,
  answer: WebhookAnswer,
): Omit<WebhookResult<Outcome>, 'url'> {
  const { status } = answer;
  if (status >= 400) throw refusedBy(status);
  const outcome = webhook.accept(answer, attempt.destination.url);
  return { status, outcome, event: report(deps, webhook, attempt, 'accepted') };
}

function fail<Outcome>(
  deps: AttemptDeps,
  webhook: Webhook<Outcome>,
  attempt: Attempt,
  failure: WebhookFailure,
): WebhookResult<Outcome> {
  const { answer, destination } = attempt;
  deps.alerts.add({
    errorCode: failure.code,
    logLevel: 'error',
    message: failure.message,
    requestUrl: destination.url,
    requestMethod: destination.method,
    resourceSid: webhook.sid,
    serviceSid: webhook.serviceSid,
    requestVariables: encodeForm(webhook.parameters),
    ...(failure.position && { position: failure.position }),
    ...(answer && { responseBody: answer.body, responseHeaders: JSON.stringify(answer.headers) }),
  });
  const event = report(deps, webhook, attempt, 'failed', failure);
  return { url: webhook.url, status: answer?.status ?? null, failure, event };
}

/** Emits the event that a request has ended, and keeps its exchange. @returns the event's id */
function report(
  deps: AttemptDeps,
  webhook: Webhook<unknown>,
  attempt: Attempt,
  verdict: 'accepted' | 'redirected' | 'challenged' | 'failed',
  failure?: WebhookFailure,
): number {
  const { purpose, sid, trace } = webhook;
  const { sent, answer, destination, idempotencyToken } = attempt;
  const cause = sent?.event ?? trace.cause;
  const at = sent?.at ?? deps.now();
  const durationMs = sent ? monotonicNow() - sent.start : 0;
  if (sent) keepExchange(deps, webhook, attempt, sent, { durationMs, error: failure?.describe() ?? null });
  const reason = answer && answer.status >= 400 ? findAnswerReason(answer.body) : null;
  if (answer) deps.app.noteWebhook(destination.url, answer.status, reason);
  const event = deps.events.emit({
    kind: 'webhook.sent',
    traceId: trace.traceId,
    cause,
    purpose,
    sid,
    ...destination,
    attempt: attempt.number,
    exchangeId: sent?.exchangeId ?? null,
    idempotencyToken,
    startedAt: new Date(at).toISOString(),
    durationMs,
    status: answer?.status ?? null,
    verdict,
    errorCode: failure?.code ?? null,
    failure: failure?.message ?? null,
    reason,
  });
  sent?.end(verdict === 'accepted' ? readPendingWork(answer) : 0);
  return event;
}

function keepExchange(
  { exchanges }: AttemptDeps,
  { purpose, sid, numbers, trace }: Webhook<unknown>,
  { number: attempt, answer }: Attempt,
  { exchangeId: id, event, at, message }: SentRequest,
  { durationMs, error }: { readonly durationMs: number; readonly error: string | null },
): void {
  exchanges.add({
    direction: 'webhook',
    id,
    at,
    durationMs,
    trace: { traceId: trace.traceId, cause: event },
    purpose,
    sid,
    numbers,
    attempt,
    replayOf: null,
    method: message.method,
    url: message.url,
    requestHeaders: message.headers,
    requestBody: message.form ?? '',
    isRequestCut: false,
    status: answer?.status ?? null,
    answerHeaders: answer?.headers ?? {},
    answerBody: answer?.body ?? '',
    isAnswerCut: answer?.isCut ?? false,
    error,
  });
}

/** How many requests the app says it will still make because of a webhook, as `relay-phone serve` does. */
export function readPendingWork(answer: WebhookAnswer | undefined): number {
  const text = answer?.headers[PENDING_WORK_HEADER] ?? '';
  return typeof text === 'string' && /^\d{1,2}$/.test(text) ? Number(text) : 0;
}
