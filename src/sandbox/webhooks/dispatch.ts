// Dispatches webhooks: to their URL, or to the fallback URL if that fails, and keeps a list of those in flight.
import { setMaxListeners } from 'node:events';
import { type AttemptDeps, attemptWebhook } from './attempts.js';
import { createCookieJar } from './cookies.js';
import type { Webhook, WebhookResult } from './webhook.js';

/** Sends webhooks. */
export interface WebhookDispatch {
  /**
   * Sends a webhook; see https://www.twilio.com/docs/usage/webhooks/webhooks-faq for failures.
   *
   * @throws SandboxStopped if its signal is aborted; a webhook that fails does not throw.
   */
  send<Outcome>(webhook: Webhook<Outcome>): Promise<WebhookResult<Outcome>>;
  readonly inFlight: InFlightWebhooks;
  /** Aborted when the sandbox is closed or reset. Work that waits for a webhook checks it before it writes anything. */
  stopSignal(): AbortSignal;
  /** Aborts all webhooks in flight. */
  stop(): void;
  /** Aborts all webhooks in flight and forgets all cookies; new webhooks can be sent. */
  restart(): void;
}

/** What dispatching needs. */
export interface WebhookDispatchDeps extends Omit<AttemptDeps, 'cookies'> {
  readonly now: () => number;
}

/** Thrown if the sandbox is closed or reset while a webhook is in flight. */
export class SandboxStopped extends Error {
  override readonly name = 'SandboxStopped';
}

/** Creates the dispatch. Its timeouts run in real time, also with a manual clock, because the app needs real time. */
export function createWebhookDispatch(deps: WebhookDispatchDeps): WebhookDispatch {
  const cookies = createCookieJar(deps.now);
  const inFlight = createInFlightWebhooks();
  const attemptDeps = { ...deps, cookies };
  let lifetime = createLifetime();

  async function send<Outcome>(webhook: Webhook<Outcome>): Promise<WebhookResult<Outcome>> {
    webhook.stopSignal.throwIfAborted();
    const end = inFlight.begin({ traceId: webhook.trace.traceId, numbers: webhook.numbers });
    try {
      const result = await attemptWebhook(attemptDeps, webhook);
      const fallback = findFallback(webhook, result);
      return fallback ? await attemptWebhook(attemptDeps, fallback) : result;
    } finally {
      end();
    }
  }

  function stop(): void {
    lifetime.abort(new SandboxStopped('The sandbox was closed or reset while a webhook was in flight'));
  }

  function restart(): void {
    stop();
    lifetime = createLifetime();
    cookies.clear();
  }

  return { send, inFlight, stopSignal: () => lifetime.signal, stop, restart };
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

/** A webhook that the app is working on. */
interface InFlightWebhook {
  readonly traceId: string;
  /** The two numbers that it is about. */
  readonly numbers: readonly string[];
}

/** The webhooks in flight. */
export interface InFlightWebhooks {
  /** Adds a webhook. @returns the function to call when it has ended */
  begin(webhook: InFlightWebhook): () => void;
  /**
   * The trace that a request of the app belongs to: the one that all webhooks in flight about `number` share, or all
   * webhooks if no number is given; undefined if they share none. The app cannot say which webhook led to its request,
   * so this is a guess; it is right as long as one text at a time is in progress.
   */
  findTrace(number?: string): string | undefined;
  has(traceId: string): boolean;
}

function createInFlightWebhooks(): InFlightWebhooks {
  const webhooks = new Set<InFlightWebhook>();
  return {
    begin: (webhook) => {
      webhooks.add(webhook);
      return () => void webhooks.delete(webhook);
    },
    findTrace: (number) => {
      if (webhooks.size === 0) return undefined;
      const about = [...webhooks].filter(({ numbers }) => number === undefined || numbers.includes(number));
      const [first, ...others] = new Set(about.map(({ traceId }) => traceId));
      return others.length === 0 ? first : undefined;
    },
    has: (traceId) => [...webhooks].some((webhook) => webhook.traceId === traceId),
  };
}
