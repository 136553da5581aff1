// Reads which of Twilio's hosts a request is for, and which path there.
import type { IncomingMessage } from 'node:http';
import { findProduct } from '../platform/twilio-hosts.js';

/** What a request asks for. */
export interface RequestedTarget {
  /** The product whose host the request names, such as `messaging`; undefined if it names none of Twilio's hosts. */
  readonly product: string | undefined;
  /** The path and the query as received, without a host before them. */
  readonly target: string;
}

/** `https://messaging.twilio.com/v1/Services`, or the host as the first segment: `/messaging.twilio.com/v1/Services`. */
const HOST_IN_TARGET = /^(?:https?:\/)?\/([\w.:-]+\.twilio\.com(?::\d+)?)(\/.*)?$/i;

/**
 * Reads which host of Twilio a request is for: from its target, `X-Forwarded-Host` or `Host`. A client whose base URL was
 * replaced keeps the host as the first segment of the path, or in one of these headers.
 */
export function readRequestedTarget({ url = '/', headers }: IncomingMessage): RequestedTarget {
  const [, host, rest = '/'] = (url.includes('.com') && HOST_IN_TARGET.exec(url)) || [];
  if (host !== undefined) return { product: findProduct(host), target: rest };
  const forwarded = headers['x-forwarded-host'];
  const product =
    (typeof forwarded === 'string' && findProduct(forwarded)) || findProduct(headers.host ?? '');
  return { product, target: url };
}
