// Placing a call with test credentials.
import { findValue } from '../form.js';
import { TwilioProblem } from '../problem.js';
import { accountPath } from '../resources/accounts/format.js';
import { createHex32, formatFriendlyNumber, formatTime } from '../wire.js';

const CALLER = '+15005550006';

const SUBRESOURCES = {
  events: 'Events',
  notifications: 'Notifications',
  payments: 'Payments',
  recordings: 'Recordings',
  siprec: 'Siprec',
  streams: 'Streams',
  transcriptions: 'Transcriptions',
  user_defined_message_subscriptions: 'UserDefinedMessageSubscriptions',
  user_defined_messages: 'UserDefinedMessages',
};

/** @throws TwilioProblem with the code of the magic number, the caller's first. */
export function placeTestCall(form: URLSearchParams, accountSid: string, at: number) {
  const to = findValue(form, 'To');
  if (to === undefined) throw new TwilioProblem(400, 21201, "No 'To' number is specified");
  verifyCaller(findValue(form, 'From'));
  verifyCalled(to);
  if (!['Url', 'Twiml', 'ApplicationSid'].some((name) => findValue(form, name))) {
    throw new TwilioProblem(400, 21205, 'Url is not a valid URL: ');
  }
  return formatCall(accountSid, to, at);
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

/** A call that was only asked for; see https://www.twilio.com/docs/voice/api/call-resource. */
function formatCall(accountSid: string, to: string, at: number) {
  const sid = `CA${createHex32()}`;
  const path = `${accountPath(accountSid)}/Calls/${sid}`;
  const links = Object.entries(SUBRESOURCES).map(([key, name]) => [key, `${path}/${name}.json`]);
  return {
    account_sid: accountSid,
    answered_by: null,
    api_version: '2010-04-01',
    caller_name: null,
    date_created: formatTime(at),
    date_updated: formatTime(at),
    direction: null,
    duration: null,
    end_time: null,
    forwarded_from: null,
    from: CALLER,
    from_formatted: formatFriendlyNumber(CALLER),
    group_sid: null,
    parent_call_sid: null,
    phone_number_sid: null,
    price: null,
    price_unit: 'USD',
    queue_time: '0',
    sid,
    start_time: null,
    status: 'queued',
    subresource_uris: Object.fromEntries(links),
    to,
    to_formatted: formatFriendlyNumber(to),
    trunk_sid: null,
    uri: `${path}.json`,
  };
}
