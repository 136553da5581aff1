// Step 6: a verification text reaches the real number, which proves that everything before it works.
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { RelayPhoneError } from '../../errors.js';
import { required, type Setup, type SetupStep, type StepPlan } from '../setup.js';
import {
  followVerificationText,
  sendVerificationText,
  settleText,
  type VerificationText,
} from '../verification.js';

/** Sends Relay's verification text from the main number and follows it to its final status. */
export const verificationTextStep: SetupStep = {
  id: 'verification-text',
  title: 'Verification text',
  kinds: ['text-sent'],
  verify: (setup) => {
    if (!findRealNumber(setup) && !setup.prompts) throw missing();
  },
  reconcile: settleText,
  plan: look,
  undo: async () => ({
    undone: true,
    text: 'the verification text stays where it is: a text cannot be taken back',
  }),
};

async function look(setup: Setup): Promise<StepPlan> {
  const to = findRealNumber(setup) ?? (await askForNumber(setup));
  const from = required(setup.facts.mainNumber).phoneNumber;
  if (to === from) throw sameNumber(to);
  const [sent, open] = [findSent(setup, from, to, isDelivered), findSent(setup, from, to, isOnItsWay)];
  if (sent) {
    setup.facts.text = {
      sid: sent.data.sid,
      from,
      to,
      status: 'delivered',
      errorCode: undefined,
      shown: undefined,
    };
    return { summary: `delivered to ${to} at ${sent.at}`, changes: [] };
  }
  setup.facts.text = { sid: undefined, from, to, status: 'planned', errorCode: undefined, shown: undefined };
  const what = open ? 'follow the text on its way' : 'send a verification text';
  return {
    summary: `to ${to}`,
    changes: [`${what} from ${from} to ${to}`],
    apply: async () => followVerificationText(setup, open ?? (await sendVerificationText(setup, from, to))),
  };
}

/**
 * The phone of the settings, else the one the last text went to, else the sandbox's.
 *
 * @throws RelayPhoneError `usage` for a number that is not one
 */
function findRealNumber(setup: Setup): string | undefined {
  const last = setup.journal.find('text-sent', 'done').at(-1)?.data.to;
  const number = setup.settings.realNumber ?? last ?? setup.phones?.realNumber;
  const fault = number && findFault(number);
  if (!fault) return number;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'use the real number',
    reason: fault,
    tryNext: ['--real-number +12025550190, in E.164 form'],
  });
}

function findFault(number: string): string | undefined {
  return parsePhoneNumberFromString(number)?.isValid() ? undefined : `${number} is not a valid phone number`;
}

async function askForNumber(setup: Setup): Promise<string> {
  if (!setup.prompts) throw missing();
  return setup.prompts.text('Your own phone number, for a verification text (+1…)', findFault);
}

function findSent(
  setup: Setup,
  from: string,
  to: string,
  matches: (text: VerificationText) => boolean,
): VerificationText | undefined {
  const texts = setup.journal.find('text-sent', 'done');
  return texts.filter((text) => text.data.from === from && text.data.to === to).findLast(matches);
}

function isDelivered({ data }: VerificationText): boolean {
  return data.status === 'delivered';
}

/** Sent by a run that ended before it knew how the text fared. */
function isOnItsWay({ data }: VerificationText): boolean {
  return data.status === undefined;
}

function missing(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'send the verification text',
    reason: 'no phone to send it to was named',
    tryNext: ['relay-phone init --real-number +1…, with your own phone'],
  });
}

/** The error for a text to the number it is sent from. */
export function sameNumber(number: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'send the verification text',
    reason: `${number} is the main number itself; the real number is your own phone`,
    tryNext: ['--real-number +1…, with your own phone'],
  });
}
