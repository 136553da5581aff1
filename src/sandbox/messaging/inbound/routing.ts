// Which URL is told of a text to an owned number.
import type { OwnedNumber } from '../../numbers/incoming-phone-numbers/store.js';
import { findDestination } from '../../webhooks/settings.js';
import type { Destination } from '../../webhooks/webhook.js';
import type { World } from '../../world.js';
import type { ServiceSettings } from '../api/services/settings.js';

/** Where a text goes. */
export interface Route {
  /** Whether the number takes texts at all. */
  readonly receives: boolean;
  /** Undefined when nobody wants to be told. */
  readonly webhook?: Destination | undefined;
  readonly fallback?: Destination | undefined;
}

/**
 * The way Twilio would choose: a number's messaging service first, which with neither a URL nor the number's own
 * receives nothing; then the number's TwiML app; then the number itself.
 * See https://www.twilio.com/docs/messaging/services#inbound-settings.
 */
export function findRoute(
  { settings }: OwnedNumber,
  service: ServiceSettings | undefined,
  { applications }: Pick<World, 'applications'>,
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
