// The owner's phones on the user API: a code is texted to a number, and proves that it is the owner's.
import { countryOf, decideRealNumber } from '../policy/phone-number.js';
import type { Relay } from '../relay.js';
import type { Phone } from '../store/phones.js';
import { formatJson, type RelayWebhookAnswer } from '../webhooks/answer.js';
import { Unwelcome } from '../webhooks/guard.js';
import type { Api, UserRequest, UserRoute } from './api.js';
import { findText, readTextField } from './fields.js';
import { createCode, findMainNumber, sendCode } from './verification.js';

/** As long as the columns of Firefox Relay's database. */
const [LONGEST_NUMBER, LONGEST_CODE] = [15, 8];

/** `GET /api/v1/realphone/`: all of them, verified or not. */
export const listPhones: UserRoute = ({ phones }) => formatJson(200, phones.list().map(formatPhone));

/** `POST /api/v1/realphone/` with `number` sends a code to it; with its `verification_code` too it verifies it. */
export const postPhone: UserRoute = (relay, api, request) => {
  const number = readTextField(request.body, 'number', LONGEST_NUMBER);
  const code = findText(request.body, 'verification_code', LONGEST_CODE);
  return code === undefined
    ? requestCode(relay, api, number, request.region)
    : verifyByNumber(relay, number, code);
};

/** `PATCH /api/v1/realphone/{id}/` with `number` and `verification_code`. */
export const patchPhone: UserRoute = (relay, _api, request) => {
  const phone = findPhone(relay.phones, request);
  if (request.body.number !== phone.number) throw new Unwelcome(400, 'Invalid number for ID.');
  const isRight = phone.code !== '' && request.body.verification_code === phone.code;
  const isVerified = phone.verifiedAt !== null;
  if (!isRight || (!isVerified && !relay.phones.isPending(phone)))
    throw new Unwelcome(400, 'Invalid verification_code for ID. It may have expired.');
  return formatJson(200, formatPhone(isVerified ? phone : verify(relay, phone)));
};

/** `DELETE /api/v1/realphone/{id}/`. */
export const deletePhone: UserRoute = ({ phones }, _api, request) => {
  const phone = findPhone(phones, request);
  if (phone.verifiedAt !== null)
    throw new Unwelcome(400, 'Only un-verified real phone resources can be deleted.');
  phones.remove(phone.id);
  return { status: 204, type: 'application/json', body: '' };
};

async function requestCode(
  relay: Relay,
  api: Api,
  written: string,
  region: string | undefined,
): Promise<RelayWebhookAnswer> {
  verifyFree(relay, written);
  const decision = decideRealNumber(written, region);
  if ('fault' in decision) throw new Unwelcome(400, decision.fault);
  const { number, country } = decision;
  // Firefox Relay does not look again; then a number in two spellings is texted twice.
  verifyFree(relay, number);
  verifyNoOther(relay);
  const sender = findMainNumber(api);
  const phone = relay.phones.add(number, createCode());
  await relay.store.kept();
  await sendCode(relay, api, sender, phone);
  // Who its carrier is only a lookup would tell, which costs money.
  const message = `Sent verification code to ${number} (country: ${country} carrier: None)`;
  return formatJson(201, { ...formatPhone(phone), message });
}

function verifyByNumber(relay: Relay, number: string, code: string): RelayWebhookAnswer {
  const phone = relay.phones.listPending(number).find((pending) => pending.code === code);
  if (!phone) {
    const missing = 'Could not find that verification_code for user and number.';
    throw new Unwelcome(400, `${missing} It may have expired.`);
  }
  const { country_code: _, ...fields } = formatPhone(verify(relay, phone));
  return formatJson(201, fields);
}

function verify(relay: Relay, phone: Phone): Phone {
  verifyNoOther(relay);
  const verified = relay.phones.verify(phone);
  relay.tell({ kind: 'phone.verified', number: phone.number });
  return verified;
}

/** Neither a number that is verified nor one whose code still counts is sent another. */
function verifyFree({ phones }: Relay, number: string): void {
  if (phones.isVerified(number))
    throw new Unwelcome(409, 'A verified record already exists for this number.');
  if (phones.listPending(number).length > 0)
    throw new Unwelcome(409, 'An unverified record already exists for this number.');
}

function verifyNoOther({ phones }: Relay): void {
  if (phones.findVerified()) throw new Unwelcome(400, 'User already has a verified number.');
}

function findPhone(phones: Relay['phones'], { id }: UserRequest): Phone {
  const phone = phones.find(id);
  if (!phone) throw new Unwelcome(404, 'There is no such phone.');
  return phone;
}

function formatPhone({ id, number, sentAt, verifiedAt }: Phone) {
  return {
    id,
    number,
    verification_sent_date: formatTime(sentAt),
    verified: verifiedAt !== null,
    verified_date: formatTime(verifiedAt),
    country_code: countryOf(number),
  };
}

function formatTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
