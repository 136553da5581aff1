// Step 6: a verification text from the main number to the real number, sent once and followed to its final status.
import { randomInt } from 'node:crypto';
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { RelayPhoneError } from '../../errors.js';
import { CONSOLE_PAGES } from '../../twilio/console-pages.js';
import { explaining, explainTwilioFailure, mayHaveHappened } from '../../twilio/failure.js';
import type { Change, ChangeDataOf } from '../changes.js';
import { followText } from '../delivery.js';
import { reconcileInterrupted } from '../run.js';
import { required, type Setup, type SetupFacts, type SetupStep, type StepPlan } from '../setup.js';

type VerificationText = Change<ChangeDataOf<'text-sent'>>;

/** Sends Relay's verification text, unless one was delivered before; a text that is still on its way is followed. */
export const verificationTextStep: SetupStep = {
  id: 'verification-text',
  title: 'Verification text',
  kinds: ['text-sent'],
  verify: (setup) => {
    if (!findRealNumber(setup) && !setup.prompts) throw noRealNumber();
  },
  plan,
  reconcile,
  undo: async () => ({ undone: true, text: 'the verification text stays: a text cannot be taken back' }),
};

async function plan(setup: Setup): Promise<StepPlan> {
  const to = findRealNumber(setup) ?? (await askForRealNumber(setup));
  const from = required(setup.facts.mainNumber).phoneNumber;
  if (to === from) throw sameNumber(to);
  const texts = setup.journal
    .find('text-sent', 'done')
    .filter(({ data }) => data.from === from && data.to === to);
  const delivered = texts.findLast(({ data }) => data.status === 'delivered');
  const status = delivered ? 'delivered' : 'planned';
  setup.facts.text = { sid: delivered?.data.sid, from, to, status, errorCode: undefined, shown: undefined };
  if (delivered) return { summary: `delivered to ${to} at ${delivered.at}`, changes: [] };
  // An interrupted run sent it and did not see its final status.
  const unfinished = texts.findLast(({ data }) => data.status === undefined);
  const action = unfinished ? 'follow the text on its way' : 'send a verification text';
  return {
    summary: `to ${to}`,
    changes: [`${action} from ${from} to ${to}`],
    apply: async () =>
      followVerificationText(setup, unfinished ?? (await sendVerificationText(setup, from, to))),
  };
}

/**
 * Sends a new verification text from the main number to `to`, without an app, and follows it. The outcome is in
 * `setup.facts.text` and in the journal.
 *
 * @returns the outcome in words
 * @throws RelayPhoneError `needsUser` without a main number, `usage` if `to` is the main number, `refused` or `network`
 * if Twilio does not take the text.
 */
export async function sendDirectText(setup: Setup, to: string): Promise<string> {
  const { mainNumber: from } = setup.settings;
  if (from === undefined) throw noMainNumber();
  if (from === to) throw sameNumber(to);
  await reconcileInterrupted(setup, verificationTextStep);
  return followVerificationText(setup, await sendVerificationText(setup, from, to));
}

/** Returns the status, the recipient and, in the sandbox, what the phone shows. */
export function formatText({ status, to, shown }: NonNullable<SetupFacts['text']>): string {
  return `${status} to ${to}${shown ? `, which shows: ${shown}` : ''}`;
}

/**
 * Returns the configured real number, else the recipient of the last text, else the sandbox's phone.
 *
 * @throws RelayPhoneError `usage` if the number is not valid.
 */
function findRealNumber(setup: Setup): string | undefined {
  const last = setup.journal.find('text-sent', 'done').at(-1)?.data.to;
  const number = setup.settings.realNumber ?? last ?? setup.phones?.realNumber;
  const fault = number && findNumberFault(number);
  if (!fault) return number;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'use the real number',
    reason: fault,
    tryNext: ['--real-number +12025550190, in E.164 form'],
  });
}

function findNumberFault(number: string): string | undefined {
  return parsePhoneNumberFromString(number)?.isValid() ? undefined : `${number} is not a valid phone number`;
}

async function askForRealNumber(setup: Setup): Promise<string> {
  if (!setup.prompts) throw noRealNumber();
  return setup.prompts.text('Your own phone number, for a verification text (+1…)', findNumberFault);
}

/** Sends once. After an unclear answer it looks for the text at Twilio and never sends a second one. */
async function sendVerificationText(setup: Setup, from: string, to: string): Promise<VerificationText> {
  const country = await setup.phones?.allowCountryOf(to);
  if (country !== undefined) {
    setup.output.done(
      `the sandbox lets texts and calls go to ${country}; with a live account: ${CONSOLE_PAGES.textCountries}`,
    );
  }
  const body = `Your Firefox Relay verification code is ${randomInt(1_000_000).toString().padStart(6, '0')}`;
  const change = setup.journal.intend({ kind: 'text-sent', from, to, body });
  try {
    const { sid } = await setup.client.account.messages.create({ from, to, body });
    return setup.journal.done(change, { sid });
  } catch (error) {
    const task = `send the verification text to ${to}`;
    if (!mayHaveHappened(error)) {
      setup.journal.abandoned(change);
      throw explainTwilioFailure(task, error);
    }
    const sid = await findSidAtTwilio(setup, change);
    if (sid) return setup.journal.done(change, { sid });
    throw explainTwilioFailure(
      `${task} (Twilio does not list it; the next run looks again before it sends)`,
      error,
    );
  }
}

/** Follows a text to its final status and records the outcome. @returns the outcome in words */
async function followVerificationText(setup: Setup, change: VerificationText): Promise<string> {
  const { from, to, sid } = change.data;
  const { status, errorCode } = await followText(setup, required(sid));
  setup.journal.note(change, { status, ...(errorCode !== undefined && { errorCode }) });
  const shown = await setup.phones?.findText(to, required(sid));
  setup.facts.text = { sid, from, to, status, errorCode, shown };
  return formatText(setup.facts.text);
}

/** Decides whether an interrupted run's text was sent. */
async function reconcile(setup: Setup, change: Change): Promise<void> {
  const { data } = change;
  if (data.kind !== 'text-sent') return;
  const sid = await findSidAtTwilio(setup, { ...change, data });
  if (sid) setup.journal.done({ ...change, data }, { sid });
  else setup.journal.abandoned(change);
}

/** Finds the text by its body, which the random code makes unique. */
async function findSidAtTwilio(setup: Setup, { data }: VerificationText): Promise<string | undefined> {
  const { from, to, body } = data;
  const rows = await explaining(
    'look for the text',
    setup.client.account.messages.list({ from, to, limit: 50 }),
  );
  return rows.find((row) => row.body.endsWith(body))?.sid;
}

function noMainNumber(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'send the verification text',
    reason: 'there is no main number to send it from',
    tryNext: ['relay-phone init, which finds or buys one', 'or set TWILIO_MAIN_NUMBER'],
  });
}

function noRealNumber(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'send the verification text',
    reason: 'there is no phone to send it to',
    tryNext: ['relay-phone init --real-number +1…, with the number of your own phone'],
  });
}

function sameNumber(number: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'send the verification text',
    reason: `${number} is the main number itself; the real number is your own phone`,
    tryNext: ['--real-number +1…, with your own phone'],
  });
}
