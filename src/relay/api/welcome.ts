// The card of a mask on the user API: texted again to the owner, and shown to whoever has its key.
import type { IncomingMessage } from 'node:http';
import { formatCard } from '../policy/notices.js';
import type { Relay } from '../relay.js';
import { formatJson } from '../webhooks/answer.js';
import { Unwelcome } from '../webhooks/guard.js';
import { sendWelcome } from '../welcome.js';
import type { Api, UserAnswer, UserRoute } from './api.js';
import { findMainNumber } from './verification.js';

const CARD = /^\/api\/v1\/vCard\/([A-Za-z0-9]{6})\/?$/;

/** `POST /api/v1/realphone/resend_welcome_sms/`. */
export const resendWelcome: UserRoute = (relay, api) => {
  const [mask] = relay.masks.list();
  if (!mask) throw new Unwelcome(404, 'There is no mask yet.');
  findMainNumber(api);
  sendWelcome(relay, mask, api);
  return formatJson(201, { msg: 'sent' });
};

/** The key in a path; undefined when the path is no card's. */
export function findCardKey(path: string): string | undefined {
  return CARD.exec(path)?.[1];
}

/**
 * `GET /api/v1/vCard/{key}/`, for everybody: Twilio fetches it.
 *
 * @throws Unwelcome 404, when no mask has the key.
 */
export function showCard(relay: Relay, api: Api, incoming: IncomingMessage, key: string): UserAnswer {
  const wait = Math.ceil(api.waitForCard(clientOf(incoming)) / 1000);
  if (wait > 0) {
    const headers = { 'Retry-After': String(wait) };
    return { ...formatJson(429, { detail: `Too many requests. Try again in ${wait} seconds.` }), headers };
  }
  const number = relay.cards.findNumber(key);
  if (!number) throw new Unwelcome(404, 'There is no such card.');
  return {
    status: 200,
    type: 'text/x-vcard; charset=utf-8',
    body: formatCard(number),
    headers: { 'Content-Disposition': `attachment; filename=${number}.vcf` },
  };
}

/** Whom the nearest proxy saw; what stands before it in the header a client could have made up. */
function clientOf({ headers, socket }: IncomingMessage): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '');
  return forwarded.split(',').at(-1)?.trim() || (socket.remoteAddress ?? '');
}
