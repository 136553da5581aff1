// Creates calls with test credentials: magic numbers and their errors.
import { createHex32 } from '../../platform/formats.js';
import { findValue } from '../../server/form.js';
import { TwilioProblem } from '../../server/problem.js';
import { formatCall } from '../../voice/api/calls/format.js';

const CALLER = '+15005550006';

/**
 * Returns the answer to a call; none is placed. See https://www.twilio.com/docs/iam/test-credentials.
 *
 * @throws TwilioProblem with the error of the magic number; `From` is checked first
 */
export function placeTestCall(form: URLSearchParams, accountSid: string, at: number) {
  const to = findValue(form, 'To');
  if (to === undefined) throw new TwilioProblem(400, 21201, "No 'To' number is specified");
  verifyCaller(findValue(form, 'From'));
  verifyCalled(to);
  if (!['Url', 'Twiml', 'ApplicationSid'].some((name) => findValue(form, name))) {
    throw new TwilioProblem(400, 21205, 'Url is not a valid URL: ');
  }
  return formatTestCall(accountSid, to, at);
}

function verifyCaller(from: string | undefined): void {
  if (from === CALLER) return;
  if (from === undefined) throw new TwilioProblem(400, 21213, 'Caller phone number is required');
  if (from === '+15005550001') {
    throw new TwilioProblem(400, 21212, `Invalid From Number (caller ID): ${from}`);
  }
  const what =
    "is not yet verified for your account. You may only make calls from phone numbers that you've verified or purchased from Twilio.";
  throw new TwilioProblem(400, 21210, `The source phone number provided, ${from}, ${what}`);
}

function verifyCalled(to: string): void {
  const refusals: Record<string, [number, string]> = {
    '+15005550001': [21217, 'Phone number does not appear to be valid'],
    '+15005550002': [21214, "'To' phone number cannot be reached"],
    '+15005550003': [21215, `Account not authorized to call ${to}.`],
    '+15005550004': [21216, `Account not allowed to call ${to}`],
  };
  const [code, message] = refusals[to] ?? [];
  if (code !== undefined && message !== undefined) throw new TwilioProblem(400, code, message);
}

/** Formats a new call; see https://www.twilio.com/docs/voice/api/call-resource. */
function formatTestCall(accountSid: string, to: string, at: number) {
  const call = formatCall(accountSid, {
    seq: 0,
    sid: `CA${createHex32()}`,
    sender: CALLER,
    recipient: to,
    direction: 'outbound-api',
    status: 'queued',
    parentSid: null,
    numberSid: null,
    price: null,
    createdAt: at,
    updatedAt: at,
    startedAt: null,
    answeredAt: null,
    endedAt: null,
  });
  return { ...call, direction: null };
}
