// The owner's masks and contacts in the user API, in Firefox Relay's JSON format.
import { formatJson, formatTimestamp, HttpError } from '../http.js';
import { countryOf, decideMaskNumber } from '../policy/phone-number.js';
import { HAS_MASK_ALREADY } from '../purchases.js';
import type { Contact } from '../store/contacts.js';
import type { Mask } from '../store/masks.js';
import { type Fields, readTextField, type UserApiRoute } from './request.js';

const MAX_MASK_DIGITS = 15;

/** `GET /api/v1/relaynumber/`: lists the masks. */
export const listMasks: UserApiRoute = ({ masks }) => formatJson(200, masks.list().map(formatMask));

/** `POST /api/v1/relaynumber/` with `number`: buys a number as the owner's mask. */
export const postMask: UserApiRoute = async ({ masks, phones }, { purchases }, { body }) => {
  if (masks.list().length > 0) throw new HttpError(400, HAS_MASK_ALREADY);
  const written = readTextField(body, 'number', MAX_MASK_DIGITS);
  const phone = phones.findVerified();
  if (!phone) throw new HttpError(400, 'User does not have a verified real phone.');
  const decision = decideMaskNumber(written);
  if ('fault' in decision) throw new HttpError(400, decision.fault);
  return formatJson(201, formatMask(await purchases.buy(decision.number, phone.number)));
};

/** `PATCH /api/v1/relaynumber/{id}/` with `enabled`: turns a mask on or off. */
export const patchMask: UserApiRoute = ({ masks }, _api, { id, body }) => {
  const mask = masks.setEnabled(id, readBooleanField(body, 'enabled'));
  if (!mask) throw new HttpError(404, 'There is no such mask.');
  return formatJson(200, formatMask(mask));
};

/** `GET /api/v1/inboundcontact/`: lists the contacts. Answers 404 without a mask, as Firefox Relay does. */
export const listContacts: UserApiRoute = ({ masks, contacts }) => {
  if (masks.list().length === 0) throw new HttpError(404, 'There is no mask yet.');
  return formatJson(200, contacts.list().map(formatContact));
};

/** `PATCH /api/v1/inboundcontact/{id}/` with `blocked`: blocks or unblocks a contact. */
export const patchContact: UserApiRoute = ({ contacts }, _api, { id, body }) => {
  const contact = contacts.setBlocked(id, readBooleanField(body, 'blocked'));
  if (!contact) throw new HttpError(404, 'There is no such contact.');
  return formatJson(200, formatContact(contact));
};

function formatMask({ id, number, enabled, textsLeft, secondsLeft, counts, createdAt }: Mask) {
  const { callsForwarded, callsBlocked, textsForwarded, textsBlocked } = counts;
  return {
    id,
    number,
    location: '',
    country_code: countryOf(number),
    enabled,
    remaining_minutes: Math.floor(secondsLeft / 60),
    remaining_texts: textsLeft,
    calls_forwarded: callsForwarded,
    calls_blocked: callsBlocked,
    texts_forwarded: textsForwarded,
    texts_blocked: textsBlocked,
    calls_and_texts_forwarded: callsForwarded + textsForwarded,
    calls_and_texts_blocked: callsBlocked + textsBlocked,
    created_at: formatTimestamp(createdAt),
  };
}

function formatContact(contact: Contact) {
  return {
    id: contact.id,
    relay_number: contact.maskId,
    inbound_number: contact.number,
    last_inbound_date: formatTimestamp(contact.lastAt),
    last_inbound_type: contact.lastKind ?? '',
    num_calls: contact.calls,
    num_calls_blocked: contact.callsBlocked,
    last_call_date: formatTimestamp(contact.lastCallAt),
    num_texts: contact.texts,
    num_texts_blocked: contact.textsBlocked,
    last_text_date: formatTimestamp(contact.lastTextAt),
    blocked: contact.isBlocked,
  };
}

function readBooleanField(body: Fields, name: string): boolean {
  const value = body[name];
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new HttpError(400, `${name} must be true or false.`);
}
