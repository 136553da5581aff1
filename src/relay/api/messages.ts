// Texts and calls that the owner begins on the user API: they come from the mask.
import { type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { explaining } from '../../twilio/failure.js';
import { escapeXml, formatJson, HttpError } from '../http.js';
import { MAX_TEXT_LENGTH } from '../policy/wording.js';
import type { Relay } from '../relay.js';
import type { Mask } from '../store/masks.js';
import type { UserApi, UserApiRoute } from './request.js';

/** How many texts of one direction are listed at most. */
const MAX_LISTED_MESSAGES = 1000;

/** `POST /api/v1/message/` with `destination` and `body`: answered once it is written down, and sent like a reply. */
export const postMessage: UserApiRoute = (relay, _api, { body }) => {
  const mask = findOwnMask(relay);
  const { number: recipient } = readNumber(body, 'destination');
  const words = body.body;
  if (typeof words !== 'string' || words === '') throw new HttpError(400, 'body must say something.');
  if (words.length > MAX_TEXT_LENGTH)
    throw new HttpError(400, `body is longer than ${MAX_TEXT_LENGTH} characters.`);
  if (mask.textsLeft <= 0) throw new HttpError(400, 'The mask is out of texts.');
  relay.store.inTurn(() => {
    relay.outgoing.addText({
      purpose: 'reply',
      conversation: `${mask.number} ${recipient}`,
      maskId: mask.id,
      sender: mask.number,
      recipient,
      body: words.replaceAll('\0', ''),
      mediaUrls: [],
    });
    relay.masks.useTexts(mask.id, 1);
  });
  return formatJson(200, {});
};

/** `POST /api/v1/call/` with `to`: the owner's phone rings, and is then connected. The mask is the caller on both legs. */
export const postCall: UserApiRoute = async (relay, { client }, { body }) => {
  const mask = findOwnMask(relay);
  const to = readNumber(body, 'to');
  if (mask.secondsLeft <= 0) throw new HttpError(400, 'The mask is out of minutes.');
  const say = `<Say>Calling ${escapeXml(to.formatNational())}.</Say>`;
  // Said outright: what <Dial> shows by itself in a call like this one is documented nowhere.
  const twiml = `<Response>${say}<Dial callerId="${mask.number}"><Number>${to.number}</Number></Dial></Response>`;
  const call = client.account.calls.create({ twiml, to: mask.realNumber, from: mask.number });
  await explaining('place the call', call);
  return formatJson(200, {});
};

/** `GET /api/v1/messages/` with `with` and `direction`: what Twilio has of the mask's texts, newest first. */
export const listMessages: UserApiRoute = async (relay, api, { query }) => {
  const mask = findOwnMask(relay);
  const other = query.get('with') ?? undefined;
  const direction = query.get('direction');
  const isWanted = (name: string) => !direction || direction === name;
  const [inbound, outbound] = await Promise.all([
    isWanted('inbound') ? listTexts(api, { to: mask.number, ...(other && { from: other }) }) : undefined,
    isWanted('outbound') ? listTexts(api, { from: mask.number, ...(other && { to: other }) }) : undefined,
  ]);
  return formatJson(200, {
    ...(inbound && { inbound_messages: inbound }),
    ...(outbound && { outbound_messages: outbound }),
  });
};

async function listTexts({ client }: UserApi, filter: { readonly from?: string; readonly to?: string }) {
  const rows = await explaining(
    'list the texts',
    client.account.messages.list({ ...filter, limit: MAX_LISTED_MESSAGES }),
  );
  return rows.map(({ from, to, dateSent, body }) => ({ from, to, date_sent: dateSent, body }));
}

/** In Firefox Relay an owner has one mask; here it is the first. */
function findOwnMask({ masks }: Relay): Mask {
  const [mask] = masks.list();
  if (!mask) throw new HttpError(404, 'There is no mask yet.');
  return mask;
}

function readNumber(body: Readonly<Record<string, unknown>>, name: string): PhoneNumber {
  const value = body[name];
  const number = typeof value === 'string' ? parsePhoneNumberFromString(value) : undefined;
  if (number?.isValid()) return number;
  throw new HttpError(400, `${name} must be a phone number in E.164 form.`);
}
