// Sends every webhook of the sandbox, to its URL and if that fails to its fallback, until the sandbox ends.
import { setMaxListeners } from 'node:events';
import { attemptWebhook, type WebhookConnection } from './attempts.js';
import { createCookieJar } from './cookies.js';
import { createInFlightWebhooks, type InFlightWebhooks } from './in-flight.js';
import type { Webhook, WebhookResult } from './webhook.js';

/** Sends webhooks. */
export interface WebhookDispatch {
  /**
   * Sends one. See https://www.twilio.com/docs/usage/webhooks/webhooks-faq for what happens when that fails.
   *
   * @throws SandboxStopped when its life has ended; a webhook that fails does not throw.
   */
  send<Outcome>(webhook: Webhook<Outcome>): Promise<WebhookResult<Outcome>>;
  readonly flights: InFlightWebhooks;
  /** Ends with the world as it is now: whoever waited for a webhook asks it before anything is written. */
  life(): AbortSignal;
  /** Ends all that is under way, for good. */
  stop(): void;
  /** Ends all that is under way, forgets all cookies, and starts afresh. */
  restart(): void;
}

/** What a sender is made of. */
export interface WebhookDispatchDeps extends Omit<WebhookConnection, 'cookies'> {
  readonly now: () => number;
}

/** Thrown where a webhook was under way when the sandbox was closed or reset. */
export class SandboxStopped extends Error {
  override readonly name = 'SandboxStopped';
}

/** Creates the sender. Its timeouts run in real time, also under a manual clock: they wait for the app, not for us. */
export function createWebhookDispatch(parts: WebhookDispatchDeps): WebhookDispatch {
  const cookies = createCookieJar(parts.now);
  const flights = createInFlightWebhooks();
  const line = { ...parts, cookies };
  let life = createLife();

  async function send<Outcome>(webhook: Webhook<Outcome>): Promise<WebhookResult<Outcome>> {
    webhook.life.throwIfAborted();
    const land = flights.begin({ traceId: webhook.thread.traceId, numbers: webhook.numbers });
    try {
      const sent = await attemptWebhook(line, webhook);
      const next = findFallback(webhook, sent);
      return next ? await attemptWebhook(line, next) : sent;
    } finally {
      land();
    }
  }

  function stop(): void {
    life.abort(new SandboxStopped('The sandbox was closed or reset while a webhook was under way'));
  }

  function restart(): void {
    stop();
    life = createLife();
    cookies.clear();
  }

  return { send, flights, life: () => life.signal, stop, restart };
}

/** The webhook to the fallback, which is told what went wrong; undefined when nothing did, or there is none. */
function findFallback<Outcome>(
  webhook: Webhook<Outcome>,
  { failure, event }: WebhookResult<Outcome>,
): Webhook<Outcome> | undefined {
  const { fallback, thread, url } = webhook;
  if (!failure || !fallback) return undefined;
  const why = [
    ['ErrorCode', String(failure.code)],
    ['ErrorUrl', url],
  ] as const;
  return {
    ...webhook,
    ...fallback,
    parameters: [...webhook.parameters, ...why],
    thread: { ...thread, cause: event },
  };
}

/** Every webhook under way listens to it. */
function createLife(): AbortController {
  const life = new AbortController();
  setMaxListeners(0, life.signal);
  return life;
}
