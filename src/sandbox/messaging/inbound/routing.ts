// Routes an inbound text: to the webhook of the number's Messaging Service, its TwiML app, or the number itself.
import type { ApplicationStore } from '../../accounts/applications/store.js';
import type { OwnedNumber } from '../../numbers/incoming-phone-numbers/store.js';
import { findDestination } from '../../webhooks/settings.js';
import type { Destination } from '../../webhooks/webhook.js';
import type { ServiceSettings } from '../api/services/store.js';

/** The route of an inbound text. */
export interface Route {
  /** Whether the number receives texts at all. */
  readonly receives: boolean;
  /** Undefined if no URL is configured. */
  readonly webhook?: Destination | undefined;
  readonly fallback?: Destination | undefined;
}

/** What routing needs. */
export interface RoutingDeps {
  readonly applications: Pick<ApplicationStore, 'find'>;
}

/**
 * Finds the route in Twilio's order: the number's Messaging Service first, which receives nothing if it has no URL and
 * does not defer to the number; then the number's TwiML app; then the number.
 * See https://www.twilio.com/docs/messaging/services#inbound-settings.
 */
export function findRoute(
  { settings }: OwnedNumber,
  service: ServiceSettings | undefined,
  { applications }: RoutingDeps,
): Route {
  if (service && !service.useInboundWebhookOnNumber) return findServiceRoute(service);
  const { smsApplicationSid } = settings;
  const app = smsApplicationSid === undefined ? undefined : applications.find(String(smsApplicationSid));
  const own = app?.settings ?? settings;
  return {
    receives: true,
    webhook: findDestination(own, 'smsUrl', 'smsMethod'),
    fallback: findDestination(own, 'smsFallbackUrl', 'smsFallbackMethod'),
  };
}

function findServiceRoute(service: ServiceSettings): Route {
  const { inboundRequestUrl, inboundMethod, fallbackUrl, fallbackMethod } = service;
  if (inboundRequestUrl === undefined) return { receives: false };
  return {
    receives: true,
    webhook: { url: inboundRequestUrl, method: inboundMethod },
    fallback: fallbackUrl === undefined ? undefined : { url: fallbackUrl, method: fallbackMethod },
  };
}
