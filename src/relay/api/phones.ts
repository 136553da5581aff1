// The owner's phones in the user API: a verification code is texted to a number, and its return verifies the phone.
import { randomInt } from 'node:crypto';
import { explainTwilioFailure, mayHaveHappened } from '../../twilio/failure.js';
import { formatJson, formatTimestamp, HttpError, type RelayResponse } from '../http.js';
import { CLOCK_SKEW_MS, listTwilioMessages } from '../outbox/twilio-requests.js';
import { countryOf, decideRealNumber } from '../policy/phone-number.js';
import { formatCode } from '../policy/wording.js';
import type { Relay } from '../relay.js';
import type { Phone } from '../store/phones.js';
import {
  findTextField,
  readTextField,
  type UserApi,
  type UserApiRequest,
  type UserApiRoute,
} from './request.js';

/** The lengths of the columns in Firefox Relay's database. */
const [MAX_NUMBER_LENGTH, MAX_CODE_LENGTH] = [15, 8];

/** `GET /api/v1/realphone/`: lists all phones, verified or not. */
export const listPhones: UserApiRoute = ({ phones }) => formatJson(200, phones.list().map(formatPhone));

/** `POST /api/v1/realphone/`: with `number` texts a code to it; with `verification_code` as well verifies it. */
export const postPhone: UserApiRoute = (relay, api, request) => {
  const number = readTextField(request.body, 'number', MAX_NUMBER_LENGTH);
  const code = findTextField(request.body, 'verification_code', MAX_CODE_LENGTH);
  return code === undefined
    ? requestCode(relay, api, number, request.region)
    : verifyByNumber(relay, number, code);
};

/** `PATCH /api/v1/realphone/{id}/` with `number` and `verification_code`: verifies a phone. */
export const patchPhone: UserApiRoute = (relay, _api, request) => {
  const phone = findPhone(relay.phones, request);
  if (request.body.number !== phone.number) throw new HttpError(400, 'Invalid number for ID.');
  const isRight = phone.code !== '' && request.body.verification_code === phone.code;
  const isVerified = phone.verifiedAt !== null;
  if (!isRight || (!isVerified && !relay.phones.isPending(phone)))
    throw new HttpError(400, 'Invalid verification_code for ID. It may have expired.');
  return formatJson(200, formatPhone(isVerified ? phone : verify(relay, phone)));
};

/** `DELETE /api/v1/realphone/{id}/`: removes a phone that is not verified. */
export const deletePhone: UserApiRoute = ({ phones }, _api, request) => {
  const phone = findPhone(phones, request);
  if (phone.verifiedAt !== null)
    throw new HttpError(400, 'Only un-verified real phone resources can be deleted.');
  phones.remove(phone.id);
  return { status: 204, type: 'application/json', body: '' };
};

async function requestCode(
  relay: Relay,
  api: UserApi,
  written: string,
  region: string | undefined,
): Promise<RelayResponse> {
  verifyUnknown(relay, written);
  const decision = decideRealNumber(written, region);
  if ('fault' in decision) throw new HttpError(400, decision.fault);
  const { number, country } = decision;
  // Unlike Firefox Relay, which texts a number in two spellings twice.
  verifyUnknown(relay, number);
  verifyNoVerifiedPhone(relay);
  const sender = findMainNumber(api);
  const phone = relay.phones.add(number, createCode());
  await relay.store.kept();
  await sendCode(relay, api, sender, phone);
  // A Lookup of the carrier costs money.
  const message = `Sent verification code to ${number} (country: ${country} carrier: None)`;
  return formatJson(201, { ...formatPhone(phone), message });
}

function verifyByNumber(relay: Relay, number: string, code: string): RelayResponse {
  const phone = relay.phones.listPending(number).find((pending) => pending.code === code);
  if (!phone) {
    const missing = 'Could not find that verification_code for user and number.';
    throw new HttpError(400, `${missing} It may have expired.`);
  }
  const { country_code: _, ...fields } = formatPhone(verify(relay, phone));
  return formatJson(201, fields);
}

function verify(relay: Relay, phone: Phone): Phone {
  verifyNoVerifiedPhone(relay);
  const verified = relay.phones.verify(phone);
  relay.emit({ kind: 'phone.verified', number: phone.number });
  return verified;
}

/** @throws HttpError 409 for a number that is verified or has a valid code. */
function verifyUnknown({ phones }: Relay, number: string): void {
  if (phones.isVerified(number))
    throw new HttpError(409, 'A verified record already exists for this number.');
  if (phones.listPending(number).length > 0)
    throw new HttpError(409, 'An unverified record already exists for this number.');
}

function verifyNoVerifiedPhone({ phones }: Relay): void {
  if (phones.findVerified()) throw new HttpError(400, 'User already has a verified number.');
}

function findPhone(phones: Relay['phones'], { id }: UserApiRequest): Phone {
  const phone = phones.find(id);
  if (!phone) throw new HttpError(404, 'There is no such phone.');
  return phone;
}

function formatPhone({ id, number, sentAt, verifiedAt }: Phone) {
  return {
    id,
    number,
    verification_sent_date: formatTimestamp(sentAt),
    verified: verifiedAt !== null,
    verified_date: formatTimestamp(verifiedAt),
    country_code: countryOf(number),
  };
}

/** Creates six random digits. */
function createCode(): string {
  return randomInt(1_000_000).toString().padStart(6, '0');
}

/**
 * Returns the number that texts the owner.
 *
 * @throws HttpError 503 if the account has none.
 */
export function findMainNumber({ mainNumber }: Pick<UserApi, 'mainNumber'>): string {
  if (mainNumber) return mainNumber;
  throw new HttpError(
    503,
    'There is no main number to send texts from: run relay-phone init, then start serve again.',
  );
}

/**
 * Texts a phone its code. After an unclear answer it looks for the text in Twilio's list.
 *
 * @throws RelayPhoneError if the code was not sent; then the phone is removed. If that is unclear too, the phone stays,
 * because the text may still arrive.
 */
async function sendCode(relay: Relay, api: UserApi, from: string, phone: Phone): Promise<void> {
  const { number: to, code } = phone;
  const body = formatCode(code);
  try {
    await api.client.account.messages.create({ from, to, body });
  } catch (error) {
    if (!mayHaveHappened(error) || !(await isSent(api, { from, to, body }, phone))) {
      relay.phones.remove(phone.id);
      throw explainTwilioFailure(`send a code to ${to}`, error);
    }
  }
  relay.emit({ kind: 'code.sent', from, to });
}

interface SentCode {
  readonly from: string;
  readonly to: string;
  readonly body: string;
}

/** The code identifies the text. Older trial accounts put a heading before the body. */
async function isSent({ client }: UserApi, { from, to, body }: SentCode, phone: Phone): Promise<boolean> {
  try {
    const oldest = (phone.sentAt ?? 0) - CLOCK_SKEW_MS;
    for await (const row of listTwilioMessages(client, { from, to }, oldest)) {
      if (row.body.endsWith(body)) return true;
    }
    return false;
  } catch (error) {
    throw explainTwilioFailure(`see whether a code went to ${to} (should it come, it counts)`, error);
  }
}
