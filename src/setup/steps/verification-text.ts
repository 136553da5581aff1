// Step 6: a verification text reaches the real number, which proves that everything before it works.
import { randomInt } from 'node:crypto';
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { RelayPhoneError } from '../../errors.js';
import { explain, explaining, mayHaveHappened } from '../../twilio/failure.js';
import type { Change, DeedOf } from '../changes.js';
import { followText } from '../delivery.js';
import { need, type Setup, type Step, type StepPlan } from '../setup.js';

type Text = Change<DeedOf<'text-sent'>>;

/** Sends Relay's verification text from the main number and follows it to its final status. */
export const verificationTextStep: Step = {
  id: 'verification-text',
  title: 'Verification text',
  kinds: ['text-sent'],
  verify: (setup) => {
    if (!findRealNumber(setup) && !setup.ask) throw missing();
  },
  settle,
  look,
  undo: async () => ({
    undone: true,
    text: 'the verification text stays where it is: a text cannot be taken back',
  }),
};

async function look(setup: Setup): Promise<StepPlan> {
  const to = findRealNumber(setup) ?? (await askForNumber(setup));
  const from = need(setup.facts.mainNumber).phoneNumber;
  if (to === from) throw sameNumber(to);
  const [sent, open] = [findSent(setup, from, to, isDelivered), findSent(setup, from, to, isOnItsWay)];
  if (sent) {
    setup.facts.text = {
      sid: sent.deed.sid,
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
    carryOut: async () => finish(setup, open ?? (await sendText(setup, from, to))),
  };
}

/**
 * The phone of the settings, else the one the last text went to, else the sandbox's.
 *
 * @throws RelayPhoneError `usage` for a number that is not one
 */
function findRealNumber(setup: Setup): string | undefined {
  const last = setup.journal.find('text-sent', 'done').at(-1)?.deed.to;
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
  if (!setup.ask) throw missing();
  return setup.ask.text('Your own phone number, for a verification text (+1…)', findFault);
}

function findSent(
  setup: Setup,
  from: string,
  to: string,
  matches: (text: Text) => boolean,
): Text | undefined {
  const texts = setup.journal.find('text-sent', 'done');
  return texts.filter((text) => text.deed.from === from && text.deed.to === to).findLast(matches);
}

function isDelivered({ deed }: Text): boolean {
  return deed.status === 'delivered';
}

/** Sent by a run that ended before it knew how the text fared. */
function isOnItsWay({ deed }: Text): boolean {
  return deed.status === undefined;
}

/** Sends once. After an unclear answer it looks for the text; it never sends a second one. */
async function sendText(setup: Setup, from: string, to: string): Promise<Text> {
  const body = `Your Firefox Relay verification code is ${randomInt(1_000_000).toString().padStart(6, '0')}`;
  const change = setup.journal.intend({ kind: 'text-sent', from, to, body });
  try {
    const { sid } = await setup.client.account.messages.create({ from, to, body });
    return setup.journal.done(change, { sid });
  } catch (error) {
    const task = `send the verification text to ${to}`;
    if (!mayHaveHappened(error)) {
      setup.journal.abandoned(change);
      throw explain(task, error);
    }
    const sid = await findAtTwilio(setup, change);
    if (sid) return setup.journal.done(change, { sid });
    throw explain(`${task} (Twilio does not list it; the next run looks again before it sends)`, error);
  }
}

async function settle(setup: Setup, change: Change): Promise<void> {
  const { deed } = change;
  if (deed.kind !== 'text-sent') return;
  const sid = await findAtTwilio(setup, { ...change, deed });
  if (sid) setup.journal.done({ ...change, deed }, { sid });
  else setup.journal.abandoned(change);
}

/** The code makes the body its own fingerprint. */
async function findAtTwilio(setup: Setup, { deed }: Text): Promise<string | undefined> {
  const { from, to, body } = deed;
  const rows = await explaining(
    'look for the text',
    setup.client.account.messages.list({ from, to, limit: 50 }),
  );
  return rows.find((row) => row.body.endsWith(body))?.sid;
}

async function finish(setup: Setup, change: Text): Promise<string> {
  const { from, to, sid } = change.deed;
  const { status, errorCode } = await followText(setup, need(sid));
  setup.journal.note(change, { status, ...(errorCode !== undefined && { errorCode }) });
  const shown = await setup.phones?.findText(to, need(sid));
  setup.facts.text = { sid, from, to, status, errorCode, shown };
  return `${status} to ${to}${shown ? `, which shows: ${shown}` : ''}`;
}

function missing(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'send the verification text',
    reason: 'no phone to send it to was named',
    tryNext: ['relay-phone init --real-number +1…, with your own phone'],
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
