// What it means when Firefox Relay fails, by the exception that its page shows: it does not catch what Twilio refuses.
import { quote, type Row, says } from './meaning.js';

const KNOWN: readonly Row[] = [
  says(500, /Must define TWILIO_/, () => ({
    kind: 'needsUser',
    reason: 'the app has no Twilio account',
    tryNext: ["relay-phone init, which writes it to the app's .env; then restart the app"],
  })),
  says(500, /HTTPSConnectionPool\(host='[^']*twilio\.com'/, () => ({
    kind: 'network',
    reason: 'the app did not reach Twilio',
    tryNext: [
      'in the sandbox start it with relay-phone exec -- python manage.py runserver: else it asks Twilio itself',
      'with a Twilio account: check the internet connection of the app',
    ],
  })),
  says(500, /HTTP 401 error: .*Authenticat/i, () => ({
    kind: 'fault',
    reason: 'Twilio does not know the account that the app shows it',
    tryNext: [
      'in the sandbox start it with relay-phone exec -- python manage.py runserver: else it asks Twilio itself',
      "compare TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN in the app's .env with relay-phone status, and restart it",
    ],
  })),
  says(500, /no such table|no such column/i, () => ({
    kind: 'needsUser',
    reason: "the app's database lacks migrations",
    tryNext: ['relay-phone checkout prepare, then restart the app'],
  })),
  says(500, /invalid media url/i, () => ({
    kind: 'fault',
    reason:
      'Twilio does not take the address of the picture in the welcome text, which begins with SITE_ORIGIN',
    tryNext: [
      "have SITE_ORIGIN in the app's .env begin with http:// or https://, and restart it (relay-phone init does)",
    ],
  })),
  says(500, /mismatch between the 'From' number|'?From'? .*is not a (valid|Twilio)/i, () => ({
    kind: 'fault',
    reason: 'the main number the app texts from is not one of its Twilio account',
    tryNext: [
      "compare TWILIO_MAIN_NUMBER in the app's .env with relay-phone status, and restart the app",
      'wait five minutes before the next try: the app keeps the code that it failed to send',
    ],
  })),
];

/** Failures with a known cause, and the exception with it. Without DEBUG there are no words to know them by. */
export const FAILURES: readonly Row[] = KNOWN.map((row) => ({
  ...row,
  mean: (asked, answer) => {
    const meaning = row.mean(asked, answer);
    return { ...meaning, reason: meaning.reason + quote(answer.words) };
  },
}));
