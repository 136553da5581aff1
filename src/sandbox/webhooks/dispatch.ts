// Dispatches webhooks: to their URL, or to the fallback URL if that fails.
import { setMaxListeners } from 'node:events';
import type { OpenTraces } from '../platform/events/open-traces.js';
import { type AttemptDeps, attemptWebhook } from './attempts.js';
import { createCookieJar } from './cookies.js';
import { createLogins } from './logins.js';
import type { Webhook, WebhookResult } from './webhook.js';

/** Sends webhooks. */
export interface WebhookDispatch {
  /**
   * Sends a webhook; see https://www.twilio.com/docs/usage/webhooks/webhooks-faq for failures.
   *
   * @throws SandboxStopped if its signal is aborted; a webhook that fails does not throw.
   */
  send<Outcome>(webhook: Webhook<Outcome>): Promise<WebhookResult<Outcome>>;
  /** Aborted when the sandbox is closed or reset. Work that waits for a webhook checks it before it writes anything. */
  stopSignal(): AbortSignal;
  /** Aborts all webhooks in flight. */
  stop(): void;
  /** Aborts all webhooks in flight and forgets all cookies; new webhooks can be sent. */
  restart(): void;
}

/** What dispatching needs. */
export interface WebhookDispatchDeps extends Omit<AttemptDeps, 'cookies' | 'logins'> {
  readonly traces: OpenTraces;
}

/** Thrown if the sandbox is closed or reset while a webhook is in flight. */
export class SandboxStopped extends Error {
  override readonly name = 'SandboxStopped';
}

/** Creates the dispatch. Its timeouts run in real time, also with a manual clock, because the app needs real time. */
export function createWebhookDispatch(deps: WebhookDispatchDeps): WebhookDispatch {
  const cookies = createCookieJar(deps.now);
  const logins = createLogins();
  const attemptDeps = { ...deps, cookies, logins };
  let lifetime = createLifetime();

  async function send<Outcome>(webhook: Webhook<Outcome>): Promise<WebhookResult<Outcome>> {
    webhook.stopSignal.throwIfAborted();
    return deps.traces.during(webhook.trace.traceId, attemptWithFallback(webhook));
  }

  async function attemptWithFallback<Outcome>(webhook: Webhook<Outcome>): Promise<WebhookResult<Outcome>> {
    const result = await attemptWebhook(attemptDeps, webhook);
    const fallback = findFallback(webhook, result);
    return fallback ? attemptWebhook(attemptDeps, fallback) : result;
  }

  function stop(): void {
    lifetime.abort(new SandboxStopped('The sandbox was closed or reset while a webhook was in flight'));
  }

  function restart(): void {
    stop();
    lifetime = createLifetime();
    cookies.clear();
    logins.clear();
    deps.causes.clear();
  }

  return { send, stopSignal: () => lifetime.signal, stop, restart };
}

/** The webhook to the fallback URL, with the error of the first; undefined without an error or a fallback. */
function findFallback<Outcome>(
  webhook: Webhook<Outcome>,
  { failure, event }: WebhookResult<Outcome>,
): Webhook<Outcome> | undefined {
  const { fallback, trace, url } = webhook;
  if (!failure || !fallback) return undefined;
  const error = [
    ['ErrorCode', String(failure.code)],
    ['ErrorUrl', url],
  ] as const;
  return {
    ...webhook,
    ...fallback,
    parameters: [...webhook.parameters, ...error],
    trace: { ...trace, cause: event },
  };
}

function createLifetime(): AbortController {
  const lifetime = new AbortController();
  // Every webhook in flight adds a listener.
  setMaxListeners(0, lifetime.signal);
  return lifetime;
}
