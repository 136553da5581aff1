// Verified caller ids: https://www.twilio.com/docs/voice/api/outgoing-caller-ids.
import { randomInt } from 'node:crypto';
import type { TraceContext } from '../../platform/events/stream.js';
import { formatFriendlyNumber, formatTime } from '../../platform/formats.js';
import { findPhoneNumber } from '../../platform/phone-number.js';
import { answer, answerDeleted, type RestAnswer } from '../../server/answer.js';
import { findFriendlyName, findValue, readQuery, readRestForm } from '../../server/form.js';
import { formatPage, readPage } from '../../server/paging.js';
import { does, PAGING, type ParameterTable } from '../../server/parameters.js';
import { ACCOUNT, accountPath } from '../../server/paths.js';
import { invalidParameter, TwilioProblem } from '../../server/problem.js';
import {
  JSON_FILE,
  nameInPath,
  type RestContext,
  type RestRouter,
  verifyRowFound,
} from '../../server/router.js';
import { isWebUrl } from '../../webhooks/webhook-url.js';
import type { NumberStore } from '../incoming-phone-numbers/store.js';
import type { CallerId, CallerIdStore } from './store.js';

/** The call that verifies a number. */
export interface VerificationCall {
  /** E.164. */
  readonly number: string;
  readonly friendlyName: string;
  /** Six digits. */
  readonly code: string;
  /** The time before the call. */
  readonly delayMs: number;
  /** Keys to play after the answer. */
  readonly extension: string;
  /** Where to report the result. */
  readonly callback: { readonly url: string; readonly method: 'GET' | 'POST' } | undefined;
  /** The request, as the cause of the call. */
  readonly trace: TraceContext;
}

/** What the routes need. */
export interface OutgoingCallerIdApiDeps {
  readonly accountSid: string;
  readonly callerIds: CallerIdStore;
  readonly numbers: Pick<NumberStore, 'owned'>;
  /** Calls the number and adds it to `callerIds` if the code is entered. @returns the call, queued */
  readonly callToVerify: (call: VerificationCall) => { readonly sid: string };
  readonly now: () => number;
}

/** Adds the routes of verified caller ids. */
export function addOutgoingCallerIdRoutes(router: RestRouter, deps: OutgoingCallerIdApiDeps): void {
  const { accountSid, callerIds, now } = deps;
  const format = formatCallerId.bind(undefined, accountSid);

  async function validateNumber(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const number = readNumber(form, deps);
    const friendlyName = findFriendlyName(form) ?? formatFriendlyNumber(number);
    const code = String(randomInt(100_000, 1_000_000));
    const options = readCallOptions(form);
    const trace = context.record.announce(200);
    const call = deps.callToVerify({ number, friendlyName, code, trace, ...options });
    return answer(context.path, 200, {
      account_sid: accountSid,
      call_sid: call.sid,
      friendly_name: friendlyName,
      phone_number: number,
      validation_code: code,
    });
  }

  function fetchCallerId(context: RestContext): RestAnswer {
    const found = verifyRowFound(context, callerIds.find(nameInPath(context)));
    return answer(context.path, 200, format(found));
  }

  async function updateCallerId(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const { sid, friendlyName } = verifyRowFound(context, callerIds.find(nameInPath(context)));
    callerIds.rename(sid, findFriendlyName(form) ?? friendlyName, now());
    return fetchCallerId(context);
  }

  function deleteCallerId(context: RestContext): RestAnswer {
    verifyRowFound(context, callerIds.remove(nameInPath(context)) || undefined);
    return answerDeleted(context.path);
  }

  function listCallerIds(context: RestContext): RestAnswer {
    const query = readQuery(context);
    const request = readPage(query, ['PhoneNumber', 'FriendlyName']);
    const number = findValue(query, 'PhoneNumber');
    const wanted = number && (findPhoneNumber(number)?.number ?? number);
    const rows = callerIds.list(request.window, wanted, findValue(query, 'FriendlyName'));
    const { path } = context;
    return answer(path, 200, formatPage(path, request, 'outgoing_caller_ids', rows, format));
  }

  router.get(`${ACCOUNT}/OutgoingCallerIds.json`, listCallerIds, LIST_CALLER_IDS);
  router.post(`${ACCOUNT}/OutgoingCallerIds.json`, validateNumber, VALIDATE_NUMBER);
  router.get(`${ACCOUNT}/OutgoingCallerIds/${JSON_FILE}`, fetchCallerId);
  router.post(`${ACCOUNT}/OutgoingCallerIds/${JSON_FILE}`, updateCallerId, { FriendlyName: does });
  router.delete(`${ACCOUNT}/OutgoingCallerIds/${JSON_FILE}`, deleteCallerId);
}

const LIST_CALLER_IDS: ParameterTable = { PhoneNumber: does, FriendlyName: does, ...PAGING };

const VALIDATE_NUMBER: ParameterTable = {
  PhoneNumber: does,
  FriendlyName: does,
  CallDelay: does,
  Extension: does,
  StatusCallback: does,
  StatusCallbackMethod: does,
};

function readNumber(form: URLSearchParams, { callerIds, numbers }: OutgoingCallerIdApiDeps): string {
  const text = findValue(form, 'PhoneNumber') ?? '';
  const number = findPhoneNumber(text)?.number;
  if (!number) throw new TwilioProblem(400, 21401, `Invalid Phone Number: ${text}`);
  if (numbers.owned().has(number)) {
    throw new TwilioProblem(400, 21449, 'Number already can be used for outgoing calls and messages');
  }
  if (callerIds.isVerified(number)) {
    throw new TwilioProblem(400, 21450, 'Phone number already validated on your account');
  }
  return number;
}

/** Reads when to call, which extension to dial, and the status callback. */
function readCallOptions(
  form: URLSearchParams,
): Pick<VerificationCall, 'delayMs' | 'extension' | 'callback'> {
  const delay = findValue(form, 'CallDelay') ?? '0';
  if (!/^\d{1,2}$/.test(delay) || Number(delay) > MAX_DELAY_SECONDS) {
    throw new TwilioProblem(400, 21454, `Invalid CallDelay: ${delay}`);
  }
  const extension = findValue(form, 'Extension') ?? '';
  if (!/^[0-9*#w]*$/i.test(extension)) throw invalidParameter('Extension', extension);
  const url = findValue(form, 'StatusCallback');
  if (url !== undefined && !isWebUrl(url))
    throw new TwilioProblem(400, 21502, `Invalid callback url: ${url}`);
  const method = findValue(form, 'StatusCallbackMethod')?.toUpperCase() === 'GET' ? 'GET' : 'POST';
  return {
    delayMs: Number(delay) * 1000,
    extension,
    callback: url === undefined ? undefined : { url, method },
  };
}

const MAX_DELAY_SECONDS = 60;

function formatCallerId(accountSid: string, callerId: CallerId) {
  return {
    sid: callerId.sid,
    date_created: formatTime(callerId.createdAt),
    date_updated: formatTime(callerId.updatedAt),
    friendly_name: callerId.friendlyName,
    account_sid: accountSid,
    phone_number: callerId.phoneNumber,
    uri: `${accountPath(accountSid)}/OutgoingCallerIds/${callerId.sid}.json`,
  };
}
