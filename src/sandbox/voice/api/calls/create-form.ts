// Reads the forms that create and update a call, and refuses what Twilio refuses.
import { findHostFault } from '../../../../public-host.js';
import type { AccountStore } from '../../../accounts/account/store.js';
import type { ApplicationStore } from '../../../accounts/applications/store.js';
import type { GeoPermissions } from '../../../accounts/geo-permissions/store.js';
import type { NumberStore } from '../../../numbers/incoming-phone-numbers/store.js';
import type { CallerIdStore } from '../../../numbers/outgoing-caller-ids/store.js';
import { findPhoneNumber } from '../../../platform/phone-number.js';
import { findValue } from '../../../server/form.js';
import { invalidAddress, invalidParameter, TwilioProblem } from '../../../server/problem.js';
import { CALL_EVENTS } from '../../../twiml/voice/dial.js';
import { findDestination } from '../../../webhooks/settings.js';
import { isWebUrl } from '../../../webhooks/webhook-url.js';
import type { DocumentSource } from '../../execution/execution.js';
import type { CallStatusCallback } from '../../status-callbacks.js';
import type { CallRequest } from '../../voice.js';

/** What the forms are checked against. */
export interface CallFormDeps {
  readonly accounts: Pick<AccountStore, 'fixed'>;
  readonly applications: Pick<ApplicationStore, 'find'>;
  readonly numbers: Pick<NumberStore, 'owned' | 'findByNumber'>;
  readonly callerIds: Pick<CallerIdStore, 'isVerified'>;
  readonly geoPermissions: Pick<GeoPermissions, 'isAllowed'>;
  /** Refuses URLs that Twilio could not reach. */
  readonly strict: boolean;
}

const [DEFAULT_TIMEOUT_SECONDS, MAX_TIMEOUT_SECONDS] = [60, 600];
/** The longest `TimeLimit`, and the default. */
export const MAX_TIME_LIMIT_SECONDS = 14_400;
const MAX_TWIML_LENGTH = 4000;
const DIGITS = /^[0-9A-DwW#*]{1,32}$/;

/**
 * Reads the form that creates a call. See https://www.twilio.com/docs/voice/api/call-resource#create-a-call.
 *
 * @throws TwilioProblem with the code of https://www.twilio.com/docs/api/errors that applies first.
 */
export function readCallRequest(form: URLSearchParams, deps: CallFormDeps): Omit<CallRequest, 'trace'> {
  const to = findValue(form, 'To');
  if (to === undefined) throw new TwilioProblem(400, 21201, "No 'To' number is specified");
  const sender = verifySender(findValue(form, 'From'), deps);
  const called = findPhoneNumber(to);
  if (!called) throw invalidAddress(21217, 'To', to, `Phone number does not appear to be valid: ${to}`);
  const { number: recipient } = called;
  if (recipient === sender) {
    throw new TwilioProblem(400, 21267, "'To' and 'From' numbers cannot be the same");
  }
  if (!deps.geoPermissions.isAllowed(called)) throw notAuthorizedToCall(recipient);
  verifyTrial(recipient, deps);
  const numberSid = deps.numbers.findByNumber(sender)?.sid ?? null;
  return {
    draft: { sender, recipient, direction: 'outbound-api', parentSid: null, numberSid },
    ...readUrls(form, deps),
    sendDigits: readDigits(form),
    timeoutMs: (readSeconds(form, 'Timeout', MAX_TIMEOUT_SECONDS, 21208) ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
    timeLimitMs: (readSeconds(form, 'TimeLimit', MAX_TIME_LIMIT_SECONDS) ?? MAX_TIME_LIMIT_SECONDS) * 1000,
  };
}

function verifySender(from: string | undefined, { numbers, callerIds }: CallFormDeps): string {
  if (from === undefined) throw new TwilioProblem(400, 21213, 'Caller phone number is required');
  const sender = findPhoneNumber(from)?.number;
  if (sender === undefined) {
    throw invalidAddress(21212, 'From', from, `Invalid From Number (caller ID): ${from}`);
  }
  if (numbers.owned().has(sender) || callerIds.isVerified(sender)) return sender;
  const what =
    "is not yet verified for your account. You may only make calls from phone numbers that you've verified or purchased from Twilio.";
  throw new TwilioProblem(400, 21210, `The source phone number provided, ${sender}, ${what}`);
}

function notAuthorizedToCall(recipient: string): TwilioProblem {
  const where = 'https://www.twilio.com/console/voice/calls/geo-permissions/low-risk';
  const hint = `Perhaps you need to enable some international permissions: ${where}`;
  return new TwilioProblem(400, 21215, `Account not authorized to call ${recipient}. ${hint}`);
}

function verifyTrial(recipient: string, { accounts, callerIds }: CallFormDeps): void {
  if (accounts.fixed.type === 'Full' || callerIds.isVerified(recipient)) return;
  const what = 'is unverified. Trial accounts may only make calls to verified numbers.';
  throw new TwilioProblem(400, 21219, `The number ${recipient} ${what}`);
}

/** The settings of a TwiML app replace those of the form. */
function readUrls(form: URLSearchParams, deps: CallFormDeps): Pick<CallRequest, 'source' | 'statusCallback'> {
  const applicationSid = findValue(form, 'ApplicationSid');
  if (applicationSid === undefined) {
    return { source: readSource(form, deps), statusCallback: readStatusCallback(form, deps) };
  }
  const settings = deps.applications.find(applicationSid)?.settings;
  const voice = settings && findDestination(settings, 'voiceUrl', 'voiceMethod');
  if (!voice) throw new TwilioProblem(400, 21218, `Invalid ApplicationSid: ${applicationSid}`);
  const status = findDestination(settings, 'statusCallback', 'statusCallbackMethod');
  return {
    source: { ...voice, fallback: findDestination(settings, 'voiceFallbackUrl', 'voiceFallbackMethod') },
    statusCallback: status && { ...status, events: ['completed'] },
  };
}

/**
 * Reads where to get the TwiML of a call: `Url`, or `Twiml` itself.
 *
 * @throws TwilioProblem 21205 without a valid URL, 21209 for an unknown method, 20422 for TwiML that is too long.
 */
export function readSource(form: URLSearchParams, deps: CallFormDeps): DocumentSource {
  const twiml = findValue(form, 'Twiml');
  const url = findValue(form, 'Url');
  if (url === undefined && twiml !== undefined) {
    if (twiml.length > MAX_TWIML_LENGTH) {
      throw invalidParameter('Twiml', `it is longer than ${MAX_TWIML_LENGTH} characters`);
    }
    return { url: '', method: 'POST', twiml };
  }
  const fallback = findValue(form, 'FallbackUrl');
  return {
    url: verifyUrl('Url', url ?? '', deps),
    method: readMethod(form, 'Method'),
    fallback:
      fallback === undefined
        ? undefined
        : { url: verifyUrl('FallbackUrl', fallback, deps), method: readMethod(form, 'FallbackMethod') },
  };
}

/**
 * Reads the status callback of a call; undefined without one.
 *
 * @throws TwilioProblem 21205, 21209 or 21626 for an invalid URL, method or event.
 */
export function readStatusCallback(
  form: URLSearchParams,
  deps: CallFormDeps,
): CallStatusCallback | undefined {
  const url = findValue(form, 'StatusCallback');
  const events = form
    .getAll('StatusCallbackEvent')
    .flatMap((text) => text.split(/[\s,]+/))
    .filter((word) => word !== '');
  const unknown = events.find((event) => !(CALL_EVENTS as readonly string[]).includes(event));
  if (unknown !== undefined) throw new TwilioProblem(400, 21626, `Invalid 'StatusCallbackEvent': ${unknown}`);
  if (url === undefined) return undefined;
  return {
    url: verifyUrl('StatusCallback', url, deps),
    method: readMethod(form, 'StatusCallbackMethod'),
    events: events.length > 0 ? events : ['completed'],
  };
}

function verifyUrl(name: string, url: string, { strict }: CallFormDeps): string {
  if (isWebUrl(url) && !(strict && findHostFault(new URL(url).hostname) !== undefined)) return url;
  throw new TwilioProblem(400, 21205, `${name} is not a valid URL: ${url}`);
}

function readMethod(form: URLSearchParams, name: string): string {
  const method = findValue(form, name)?.toUpperCase() ?? 'POST';
  if (method === 'GET' || method === 'POST') return method;
  throw new TwilioProblem(400, 21209, `${name} is not valid: ${method}`);
}

function readDigits(form: URLSearchParams): string {
  const digits = findValue(form, 'SendDigits') ?? '';
  if (digits === '' || DIGITS.test(digits)) return digits;
  throw new TwilioProblem(400, 21206, `Invalid SendDigits: ${digits}`);
}

/** Reads whole seconds from 1 to `max`; undefined without the parameter. @throws TwilioProblem `code` for anything else. */
export function readSeconds(
  form: URLSearchParams,
  name: string,
  max: number,
  code = 20422,
): number | undefined {
  const text = findValue(form, name);
  if (text === undefined) return undefined;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 1 && seconds <= max) return seconds;
  throw new TwilioProblem(400, code, `Invalid ${name}: ${text}`);
}
