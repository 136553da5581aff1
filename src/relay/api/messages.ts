// Texts and calls that the owner starts in the user API: contacts see the mask as their sender.
import { type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { explaining } from '../../twilio/failure.js';
import { escapeXml, formatJson, HttpError } from '../http.js';
import { MAX_TEXT_LENGTH } from '../policy/wording.js';
import type { Relay } from '../relay.js';
import type { Mask } from '../store/masks.js';
import { formatConversation } from '../store/outgoing.js';
import type { Fields, UserApi, UserApiRoute } from './request.js';

/** The longest list of texts in one direction. */
const MAX_LISTED_MESSAGES = 1000;

/** `POST /api/v1/message/` with `destination` and `body`: adds a text to the outbox, like a reply. */
export const postMessage: UserApiRoute = (relay, _api, { body }) => {
  const mask = findOwnMask(relay);
  const { number: recipient } = readNumber(body, 'destination');
  const text = body.body;
  if (typeof text !== 'string' || text === '') throw new HttpError(400, 'body must say something.');
  if (text.length > MAX_TEXT_LENGTH)
    throw new HttpError(400, `body is longer than ${MAX_TEXT_LENGTH} characters.`);
  if (mask.textsLeft <= 0) throw new HttpError(400, 'The mask is out of texts.');
  relay.store.inTurn(() => {
    relay.outgoing.addText({
      purpose: 'reply',
      conversation: formatConversation(mask.number, recipient),
      maskId: mask.id,
      sender: mask.number,
      recipient,
      body: text.replaceAll('\0', ''),
      mediaUrls: [],
    });
    relay.masks.useTexts(mask.id, 1);
  });
  return formatJson(200, {});
};

/** `POST /api/v1/call/` with `to`: calls the owner, then connects the contact. Both see the mask as the caller. */
export const postCall: UserApiRoute = async (relay, { client }, { body }) => {
  const mask = findOwnMask(relay);
  const to = readNumber(body, 'to');
  if (mask.secondsLeft <= 0) throw new HttpError(400, 'The mask is out of minutes.');
  const say = `<Say>Calling ${escapeXml(to.formatNational())}.</Say>`;
  // Explicit, because Twilio does not document the default callerId of <Dial> in an outbound API call.
  const twiml = `<Response>${say}<Dial callerId="${mask.number}"><Number>${to.number}</Number></Dial></Response>`;
  const call = client.account.calls.create({ twiml, to: mask.realNumber, from: mask.number });
  await explaining('place the call', call);
  return formatJson(200, {});
};

/** `GET /api/v1/messages/` with `with` and `direction`: lists the mask's texts at Twilio, newest first. */
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

/** Returns the first mask: in Firefox Relay an owner has only one. @throws HttpError 404 without a mask */
function findOwnMask({ masks }: Relay): Mask {
  const [mask] = masks.list();
  if (!mask) throw new HttpError(404, 'There is no mask yet.');
  return mask;
}

function readNumber(body: Fields, name: string): PhoneNumber {
  const value = body[name];
  const number = typeof value === 'string' ? parsePhoneNumberFromString(value) : undefined;
  if (number?.isValid()) return number;
  throw new HttpError(400, `${name} must be a phone number in E.164 form.`);
}
