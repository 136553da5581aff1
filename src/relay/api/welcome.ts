// The card of a mask on the user API: texted again to the owner, and shown to whoever has its key.
import type { IncomingMessage } from 'node:http';
import { formatVCard } from '../policy/notices.js';
import type { Relay } from '../relay.js';
import { formatJson } from '../webhooks/answer.js';
import { HttpError } from '../webhooks/guard.js';
import { sendWelcome } from '../welcome.js';
import type { UserApi, UserApiResponse, UserApiRoute } from './api.js';
import { findMainNumber } from './verification.js';

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
 * @throws Unwelcome 404, when no mask has the key.
 */
export function showVCard(
  relay: Relay,
  api: UserApi,
  incoming: IncomingMessage,
  key: string,
): UserApiResponse {
  const wait = Math.ceil(api.limitVCard(findClient(incoming)) / 1000);
  if (wait > 0) {
    const headers = { 'Retry-After': String(wait) };
    return { ...formatJson(429, { detail: `Too many requests. Try again in ${wait} seconds.` }), headers };
  }
  const number = relay.vCards.findNumber(key);
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
