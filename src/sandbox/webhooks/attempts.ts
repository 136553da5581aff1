// Requests one URL of a webhook: retries and redirects as Twilio does, an event for each attempt, an alert for a failure.
import { randomUUID } from 'node:crypto';
import { debugRequest } from '../../debug.js';
import type { AlertStore } from '../accounts/alerts/store.js';
import type { EventStream } from '../platform/events/stream.js';
import type { CookieJar } from './cookies.js';
import { refusedBy, totalTimeout, WebhookFailure } from './failure.js';
import { requestWebhook, type WebhookAnswer, type WebhookNetwork } from './http-request.js';
import { encodeForm, findRedirect, formatRequest } from './request.js';
import type { Destination, Webhook, WebhookResult } from './webhook.js';
import { type ConnectionOverrides, findWebhookUrl, type WebhookUrl } from './webhook-url.js';

const MAX_REDIRECTS = 10;

/** What an attempt needs. */
export interface AttemptDeps {
  readonly authToken: string;
  readonly alerts: AlertStore;
  readonly events: EventStream;
  readonly network: WebhookNetwork;
  readonly cookies: CookieJar;
}

/** What all attempts at one URL share. */
interface Budget {
  readonly overrides: ConnectionOverrides;
  /** Milliseconds, on the clock of `performance.now()`. */
  readonly deadline: number;
  readonly idempotencyToken: string;
}

/** The state of one attempt: the URL that its redirects have led to, and the answer from there. */
interface Attempt {
  destination: Destination;
  answer: WebhookAnswer | undefined;
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
    const attempt = { destination: { url: webhook.url, method: webhook.method }, answer: undefined };
    return fail(deps, webhook, attempt, new WebhookFailure(11100, 'Invalid URL format'));
  }
  const budget = createBudget(address);
  for (let left = address.overrides.retries; ; left -= 1) {
    const destination = { url: address.url, method: webhook.method };
    const attempt: Attempt = { destination, answer: undefined };
    try {
      return { url: address.url, ...(await follow(deps, webhook, attempt, budget)) };
    } catch (error) {
      if (!(error instanceof WebhookFailure)) throw error;
      if (left <= 0 || !isRetried(error, budget)) return fail(deps, webhook, attempt, error);
      report(deps, webhook, attempt, 'failed', error);
    }
  }
}

function createBudget({ overrides }: WebhookUrl): Budget {
  return {
    overrides,
    deadline: performance.now() + overrides.totalTimeoutMs,
    idempotencyToken: randomUUID(),
  };
}

function isRetried({ kind }: WebhookFailure, { overrides, deadline }: Budget): boolean {
  return kind !== undefined && overrides.retryOn.has(kind) && performance.now() < deadline;
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
    attempt.answer = undefined;
    const answer = await request(deps, webhook, { ...attempt.destination, parameters }, budget);
    attempt.answer = answer;
    const next = findRedirect(answer, attempt.destination);
    if (!next) return accept(deps, webhook, attempt, answer);
    report(deps, webhook, attempt, 'redirected');
    attempt.destination = next;
    if (next.method === 'GET') parameters = [];
  }
  throw new WebhookFailure(11215, 'Too many HTTP redirects');
}

async function request(
  { authToken, cookies, network }: AttemptDeps,
  { numbers, stopSignal, purpose }: Webhook<unknown>,
  { parameters, ...to }: Destination & Pick<Webhook<unknown>, 'parameters'>,
  { overrides, deadline, idempotencyToken }: Budget,
): Promise<WebhookAnswer> {
  const timeLeftMs = deadline - performance.now();
  if (timeLeftMs <= 0) throw totalTimeout();
  const [conversation, { host }] = [numbers.join(' '), new URL(to.url)];
  const cookie = cookies.read(conversation, host);
  const message = formatRequest(to, parameters, { authToken, cookie, idempotencyToken });
  const describeRequest = () => `${to.method} ${to.url} (${purpose})`;
  const answer = await debugRequest('webhooks', describeRequest, () =>
    requestWebhook({ ...message, overrides, timeLeftMs, signal: stopSignal }, network),
  );
  stopSignal.throwIfAborted();
  cookies.keep(conversation, host, answer.headers['set-cookie'] ?? []);
  return answer;
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
    ...(answer && { responseBody: answer.body, responseHeaders: JSON.stringify(answer.headers) }),
  });
  const event = report(deps, webhook, attempt, 'failed', failure);
  return { url: webhook.url, status: answer?.status ?? null, failure, event };
}

function report(
  { events }: AttemptDeps,
  { purpose, sid, trace }: Webhook<unknown>,
  { destination, answer }: Attempt,
  verdict: 'accepted' | 'redirected' | 'failed',
  failure?: WebhookFailure,
): number {
  return events.emit({
    kind: 'webhook.sent',
    ...trace,
    purpose,
    sid,
    ...destination,
    status: answer?.status ?? null,
    verdict,
    errorCode: failure?.code ?? null,
    failure: failure?.message ?? null,
  });
}
