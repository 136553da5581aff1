// Calls one URL of a webhook: retries and redirects as Twilio does it, each attempt an event, each failure an alert.
import { randomUUID } from 'node:crypto';
import { debugRequest } from '../../debug.js';
import type { AlertStore } from '../accounts/alerts/store.js';
import type { EventStream } from '../platform/events/stream.js';
import type { CookieJar } from './cookies.js';
import { refusedBy, tooLate, WebhookFailure } from './failure.js';
import { requestWebhook, type WebhookAnswer, type WebhookNetwork } from './http-request.js';
import { encodeForm, findRedirect, formatRequest } from './request.js';
import type { Destination, Webhook, WebhookResult } from './webhook.js';
import { type ConnectionOverrides, findWebhookUrl, type WebhookUrl } from './webhook-url.js';

const MOST_REDIRECTS = 10;

/** What calls are made with. */
export interface WebhookConnection {
  readonly authToken: string;
  readonly alerts: AlertStore;
  readonly events: EventStream;
  readonly network: WebhookNetwork;
  readonly cookies: CookieJar;
}

/** What all attempts at one URL share. */
interface Budget {
  readonly effort: ConnectionOverrides;
  /** By `performance.now()`. */
  readonly deadline: number;
  readonly idempotencyToken: string;
}

/** How far one attempt has come: where it is, and what it was answered there. */
interface Attempt {
  at: Destination;
  answer: WebhookAnswer | undefined;
}

/**
 * Calls a webhook's own URL, again where its retry policy says so.
 *
 * @throws SandboxStopped when the webhook's life has ended; a call that fails does not throw.
 */
export async function attemptWebhook<Outcome>(
  line: WebhookConnection,
  webhook: Webhook<Outcome>,
): Promise<WebhookResult<Outcome>> {
  const address = findWebhookUrl(webhook.url);
  if (!address) {
    const nowhere = { at: { url: webhook.url, method: webhook.method }, answer: undefined };
    return fail(line, webhook, nowhere, new WebhookFailure(11100, 'Invalid URL format'));
  }
  const budget = openBudget(address);
  for (let left = address.effort.retries; ; left -= 1) {
    const attempt: Attempt = { at: { url: address.url, method: webhook.method }, answer: undefined };
    try {
      return { url: address.url, ...(await follow(line, webhook, attempt, budget)) };
    } catch (error) {
      if (!(error instanceof WebhookFailure)) throw error;
      if (left <= 0 || !isWorthRetry(error, budget)) return fail(line, webhook, attempt, error);
      tell(line, webhook, attempt, 'failed', error);
    }
  }
}

function openBudget({ effort }: WebhookUrl): Budget {
  return { effort, deadline: performance.now() + effort.totalTimeout, idempotencyToken: randomUUID() };
}

function isWorthRetry({ kind }: WebhookFailure, { effort, deadline }: Budget): boolean {
  return kind !== undefined && effort.retryOn.has(kind) && performance.now() < deadline;
}

/** One attempt, to where its redirects lead. */
async function follow<Outcome>(
  line: WebhookConnection,
  webhook: Webhook<Outcome>,
  attempt: Attempt,
  budget: Budget,
): Promise<Omit<WebhookResult<Outcome>, 'url'>> {
  let { parameters } = webhook;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    attempt.answer = undefined;
    const answer = await ask(line, webhook, { ...attempt.at, parameters }, budget);
    attempt.answer = answer;
    const next = findRedirect(answer, attempt.at);
    if (!next) return accept(line, webhook, attempt, answer);
    tell(line, webhook, attempt, 'redirected');
    attempt.at = next;
    if (next.method === 'GET') parameters = [];
  }
  throw new WebhookFailure(11215, 'Too many HTTP redirects');
}

async function ask(
  { authToken, cookies, network }: WebhookConnection,
  { numbers, life, purpose }: Webhook<unknown>,
  { parameters, ...to }: Destination & Pick<Webhook<unknown>, 'parameters'>,
  { effort, deadline, idempotencyToken }: Budget,
): Promise<WebhookAnswer> {
  const timeLeft = deadline - performance.now();
  if (timeLeft <= 0) throw tooLate();
  const [conversation, { host }] = [numbers.join(' '), new URL(to.url)];
  const cookie = cookies.read(conversation, host);
  const request = formatRequest(to, parameters, { authToken, cookie, idempotencyToken });
  const describeRequest = () => `${to.method} ${to.url} (${purpose})`;
  const answer = await debugRequest('webhooks', describeRequest, () =>
    requestWebhook({ ...request, effort, timeLeft, signal: life }, network),
  );
  life.throwIfAborted();
  cookies.keep(conversation, host, answer.headers['set-cookie'] ?? []);
  return answer;
}

function accept<Outcome>(
  line: WebhookConnection,
  webhook: Webhook<Outcome>,
  attempt: Attempt,
  answer: WebhookAnswer,
): Omit<WebhookResult<Outcome>, 'url'> {
  const { status } = answer;
  if (status >= 400) throw refusedBy(status);
  const outcome = webhook.accept(answer, attempt.at.url);
  return { status, outcome, event: tell(line, webhook, attempt, 'accepted') };
}

function fail<Outcome>(
  line: WebhookConnection,
  webhook: Webhook<Outcome>,
  attempt: Attempt,
  failure: WebhookFailure,
): WebhookResult<Outcome> {
  const { answer, at } = attempt;
  line.alerts.add({
    errorCode: failure.code,
    logLevel: 'error',
    message: failure.message,
    requestUrl: at.url,
    requestMethod: at.method,
    resourceSid: webhook.sid,
    serviceSid: webhook.serviceSid,
    requestVariables: encodeForm(webhook.parameters),
    ...(answer && { responseBody: answer.body, responseHeaders: JSON.stringify(answer.headers) }),
  });
  const event = tell(line, webhook, attempt, 'failed', failure);
  return { url: webhook.url, status: answer?.status ?? null, failure, event };
}

function tell(
  { events }: WebhookConnection,
  { purpose, sid, thread }: Webhook<unknown>,
  { at, answer }: Attempt,
  verdict: 'accepted' | 'redirected' | 'failed',
  failure?: WebhookFailure,
): number {
  return events.emit({
    kind: 'webhook.sent',
    ...thread,
    purpose,
    sid,
    ...at,
    status: answer?.status ?? null,
    verdict,
    errorCode: failure?.code ?? null,
    failure: failure?.message ?? null,
  });
}
