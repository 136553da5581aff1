// The vCard of a mask in the user API: public under a secret key, rate-limited, and texted to the owner again on request.
import type { IncomingMessage } from 'node:http';
import { formatJson, HttpError, type RelayResponse } from '../http.js';
import { formatVCard } from '../policy/wording.js';
import { sendWelcome } from '../purchases.js';
import type { Relay } from '../relay.js';
import { findMainNumber } from './phones.js';
import type { UserApi, UserApiRoute } from './request.js';

const VCARD_PATH = /^\/api\/v1\/vCard\/([A-Za-z0-9]{6})\/?$/;

/** `POST /api/v1/realphone/resend_welcome_sms/`: texts the vCard to the owner again. */
export const resendWelcome: UserApiRoute = (relay, api) => {
  const [mask] = relay.masks.list();
  if (!mask) throw new HttpError(404, 'There is no mask yet.');
  findMainNumber(api);
  sendWelcome(relay, mask, api);
  return formatJson(201, { msg: 'sent' });
};

/** Returns the key in the path of a vCard; undefined for any other path. */
export function findVCardKey(path: string): string | undefined {
  return VCARD_PATH.exec(path)?.[1];
}

/**
 * `GET /api/v1/vCard/{key}/`, without a token, because Twilio fetches it. Answers 429 to a client that asks too often.
 *
 * @throws HttpError 404 if no mask has the key.
 */
export function showVCard(relay: Relay, api: UserApi, incoming: IncomingMessage, key: string): RelayResponse {
  const wait = Math.ceil(api.limitVCard(findClient(incoming)) / 1000);
  if (wait > 0) {
    const headers = { 'Retry-After': String(wait) };
    return { ...formatJson(429, { detail: `Too many requests. Try again in ${wait} seconds.` }), headers };
  }
  const number = relay.masks.findNumberByVCardKey(key);
  if (!number) throw new HttpError(404, 'There is no such card.');
  return {
    status: 200,
    type: 'text/x-vcard; charset=utf-8',
    body: formatVCard(number),
    headers: { 'Content-Disposition': `attachment; filename=${number}.vcf` },
  };
}

/** The client's address as the nearest proxy saw it: the last one in the header, as a client may forge the others. */
function findClient({ headers, socket }: IncomingMessage): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '');
  return forwarded.split(',').at(-1)?.trim() || (socket.remoteAddress ?? '');
}

interface RateLimitOptions {
  /** Requests that each client may make in a window. */
  readonly count: number;
  readonly windowMs: number;
  readonly now: () => number;
}

/** Above this number of clients, the one that asked longest ago is forgotten: a client may forge addresses. */
const MAX_CLIENTS = 1000;

/**
 * Creates a rate limit. The function counts a client's request and returns the milliseconds that the client must wait
 * before it, 0 if it is allowed now.
 */
export function createRateLimit({ count, windowMs, now }: RateLimitOptions): (client: string) => number {
  const seen = new Map<string, readonly number[]>();

  function recent(client: string): readonly number[] {
    return (seen.get(client) ?? []).filter((at) => now() - at < windowMs);
  }

  return (client) => {
    const before = recent(client);
    const oldest = before[0] ?? now();
    const isAllowed = before.length < count;
    // Deleted first, so that those who asked last come last.
    seen.delete(client);
    seen.set(client, isAllowed ? [...before, now()] : before);
    const [longestAgo] = seen.keys();
    if (seen.size > MAX_CLIENTS && longestAgo !== undefined) seen.delete(longestAgo);
    return isAllowed ? 0 : oldest + windowMs - now();
  };
}
