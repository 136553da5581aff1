// The card of a mask on the user API: texted again to the owner, and shown to whoever has its key.

import type { IncomingMessage } from 'node:http';
import { formatJson, HttpError, type RelayResponse } from '../http.js';
import { formatVCard } from '../policy/wording.js';
import { sendWelcome } from '../purchases.js';
import type { Relay } from '../relay.js';
import { findMainNumber } from './phones.js';
import type { UserApi, UserApiRoute } from './request.js';

const VCARD_PATH = /^\/api\/v1\/vCard\/([A-Za-z0-9]{6})\/?$/;

/** `POST /api/v1/realphone/resend_welcome_sms/`. */
export const resendWelcome: UserApiRoute = (relay, api) => {
  const [mask] = relay.masks.list();
  if (!mask) throw new HttpError(404, 'There is no mask yet.');
  findMainNumber(api);
  sendWelcome(relay, mask, api);
  return formatJson(201, { msg: 'sent' });
};

/** The key in a path; undefined when the path is no card's. */
export function findVCardKey(path: string): string | undefined {
  return VCARD_PATH.exec(path)?.[1];
}

/**
 * `GET /api/v1/vCard/{key}/`, for everybody: Twilio fetches it.
 *
 * @throws HttpError 404, when no mask has the key.
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

/** Whom the nearest proxy saw; what stands before it in the header a client could have made up. */
function findClient({ headers, socket }: IncomingMessage): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '');
  return forwarded.split(',').at(-1)?.trim() || (socket.remoteAddress ?? '');
}

/** How often. */
interface RateLimitOptions {
  /** How many times in a {@link RateLimitOptions.windowMs}. */
  readonly count: number;
  /** Milliseconds. */
  readonly windowMs: number;
  readonly now: () => number;
}

/** How many clients are remembered before those that have waited long enough are forgotten. */
const MAX_CLIENTS = 1000;

/** Counts one more time of a client. @returns how many milliseconds it has to wait before it may; 0 when it may now */
export function createRateLimit({
  count: times,
  windowMs: span,
  now,
}: RateLimitOptions): (client: string) => number {
  const seen = new Map<string, readonly number[]>();

  function recent(client: string): readonly number[] {
    return (seen.get(client) ?? []).filter((at) => now() - at < span);
  }

  return (client) => {
    if (seen.size > MAX_CLIENTS)
      for (const key of seen.keys()) if (recent(key).length === 0) seen.delete(key);
    const before = recent(client);
    const oldest = before[0] ?? now();
    if (before.length >= times) return oldest + span - now();
    seen.set(client, [...before, now()]);
    return 0;
  };
}
