// Reads the form that places a call, and refuses what Twilio refuses.

import { findPhoneNumber } from '../../../platform/phone-number.js';
import { findValue } from '../../../server/form.js';
import { invalidParameter, TwilioProblem } from '../../../server/problem.js';
import { CALL_EVENTS } from '../../../twiml/voice/dial.js';
import { findDestination } from '../../../webhooks/settings.js';
import { isPrivateHost, isWebUrl } from '../../../webhooks/webhook-url.js';
import type { World } from '../../../world.js';
import type { DocumentSource } from '../../execution/document.js';
import type { Reporting } from '../../legs/status-callbacks.js';
import type { Placement } from '../../place-call.js';

/** Seconds that a phone rings, and that a call may last, when nothing is said. */
const [DEFAULT_TIMEOUT, MOST_TIMEOUT] = [60, 600];
const LONGEST = 14_400;
const MOST_TWIML = 4000;
const DIGITS = /^[0-9A-DwW#*]{1,32}$/;

/**
 * The call a form asks to place. See https://www.twilio.com/docs/voice/api/call-resource#create-a-call.
 *
 * @throws TwilioProblem with the code of https://www.twilio.com/docs/api/errors that applies first.
 */
export function readPlacement(form: URLSearchParams, world: World): Omit<Placement, 'traceId'> {
  const to = findValue(form, 'To');
  if (to === undefined) throw new TwilioProblem(400, 21201, "No 'To' number is specified");
  const sender = verifySender(findValue(form, 'From'), world);
  const recipient = findPhoneNumber(to)?.number;
  if (recipient === undefined) {
    throw new TwilioProblem(400, 21217, `Phone number does not appear to be valid: ${to}`);
  }
  if (recipient === sender) {
    throw new TwilioProblem(400, 21267, "'To' and 'From' numbers cannot be the same");
  }
  verifyTrial(recipient, world);
  const numberSid = world.numbers.findByNumber(sender)?.sid ?? null;
  return {
    draft: { sender, recipient, direction: 'outbound-api', parentSid: null, numberSid },
    ...readInstructions(form, world),
    sendDigits: readDigits(form),
    timeout: (readSeconds(form, 'Timeout', MOST_TIMEOUT, 21208) ?? DEFAULT_TIMEOUT) * 1000,
    timeLimit: (readSeconds(form, 'TimeLimit', LONGEST) ?? LONGEST) * 1000,
  };
}

function verifySender(from: string | undefined, { numbers, callerIds }: World): string {
  if (from === undefined) throw new TwilioProblem(400, 21213, 'Caller phone number is required');
  const sender = findPhoneNumber(from)?.number;
  if (sender === undefined) throw new TwilioProblem(400, 21212, `Invalid From Number (caller ID): ${from}`);
  if (numbers.owned().has(sender) || callerIds.isVerified(sender)) return sender;
  const what =
    "is not yet verified for your account. You may only make calls from phone numbers that you've verified or purchased from Twilio.";
  throw new TwilioProblem(400, 21210, `The source phone number provided, ${sender}, ${what}`);
}

function verifyTrial(recipient: string, { accounts, callerIds }: World): void {
  if (accounts.fixed.type === 'Full' || callerIds.isVerified(recipient)) return;
  const what = 'is unverified. Trial accounts may only make calls to verified numbers.';
  throw new TwilioProblem(400, 21219, `The number ${recipient} ${what}`);
}

/** An application's settings take the place of the form's. */
function readInstructions(form: URLSearchParams, world: World): Pick<Placement, 'source' | 'reporting'> {
  const applicationSid = findValue(form, 'ApplicationSid');
  if (applicationSid === undefined)
    return { source: readSource(form, world), reporting: readReporting(form, world) };
  const settings = world.applications.find(applicationSid)?.settings;
  const voice = settings && findDestination(settings, 'voiceUrl', 'voiceMethod');
  if (!voice) throw new TwilioProblem(400, 21218, `Invalid ApplicationSid: ${applicationSid}`);
  const status = findDestination(settings, 'statusCallback', 'statusCallbackMethod');
  return {
    source: { ...voice, fallback: findDestination(settings, 'voiceFallbackUrl', 'voiceFallbackMethod') },
    reporting: status && { ...status, events: ['completed'] },
  };
}

/**
 * The document that a form names or holds.
 *
 * @throws TwilioProblem 21205 without one, 21209 for a method that is none, 20422 for one that is too long.
 */
export function readSource(form: URLSearchParams, world: World): DocumentSource {
  const twiml = findValue(form, 'Twiml');
  const url = findValue(form, 'Url');
  if (url === undefined && twiml !== undefined) {
    if (twiml.length > MOST_TWIML)
      throw invalidParameter('Twiml', `it is longer than ${MOST_TWIML} characters`);
    return { url: '', method: 'POST', twiml };
  }
  const fallback = findValue(form, 'FallbackUrl');
  return {
    url: verifyUrl('Url', url ?? '', world),
    method: readMethod(form, 'Method'),
    fallback:
      fallback === undefined
        ? undefined
        : { url: verifyUrl('FallbackUrl', fallback, world), method: readMethod(form, 'FallbackMethod') },
  };
}

/** @throws TwilioProblem 21205, 21209 or 21626. */
export function readReporting(form: URLSearchParams, world: World): Reporting | undefined {
  const url = findValue(form, 'StatusCallback');
  const events = form
    .getAll('StatusCallbackEvent')
    .flatMap((text) => text.split(/[\s,]+/))
    .filter((word) => word !== '');
  const unknown = events.find((event) => !(CALL_EVENTS as readonly string[]).includes(event));
  if (unknown !== undefined) throw new TwilioProblem(400, 21626, `Invalid 'StatusCallbackEvent': ${unknown}`);
  if (url === undefined) return undefined;
  return {
    url: verifyUrl('StatusCallback', url, world),
    method: readMethod(form, 'StatusCallbackMethod'),
    events: events.length > 0 ? events : ['completed'],
  };
}

/** Twilio has to reach it: a strict sandbox refuses what it could not. */
function verifyUrl(name: string, url: string, { strict }: World): string {
  if (isWebUrl(url) && !(strict && isPrivateHost(new URL(url)))) return url;
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

/** Whole seconds; undefined when nothing is said. @throws TwilioProblem `code` for anything else. */
export function readSeconds(
  form: URLSearchParams,
  name: string,
  most: number,
  code = 20422,
): number | undefined {
  const text = findValue(form, name);
  if (text === undefined) return undefined;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 1 && seconds <= most) return seconds;
  throw new TwilioProblem(400, code, `Invalid ${name}: ${text}`);
}
