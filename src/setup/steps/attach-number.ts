// A step of `serve`: sends the texts and calls of a mask to the TwiML app; reconcile and undo of that change.
import { RelayPhoneError } from '../../errors.js';
import { explaining, explainTwilioFailure, isNotFound } from '../../twilio/failure.js';
import type { Change, NumberFields } from '../changes.js';
import { findOwned } from '../purchase.js';
import { required, type Setup, type SetupStep, type StepPlan, type UndoOutcome } from '../setup.js';

const FIELDS = ['smsApplicationSid', 'voiceApplicationSid'] as const;

/** Attaches the mask to the TwiML app. The journal keeps the old values of the number's fields for `undo`. */
export const attachNumberStep: SetupStep<'attach-number'> = {
  id: 'attach-number',
  title: 'Mask',
  kinds: ['number-attached'],
  plan,
  reconcile,
  undo,
};

async function plan(setup: Setup): Promise<StepPlan> {
  const { phoneNumber } = required(setup.facts.mask);
  const app = required(setup.facts.app);
  const applicationSid = required(app.sid);
  const number = await findMask(setup, phoneNumber);
  const summary = `${phoneNumber}, attached to "${app.friendlyName}"`;
  const different = FIELDS.filter((name) => number[name] !== applicationSid);
  if (different.length === 0) return { summary, changes: [] };
  return {
    summary,
    overwrites: true,
    changes: [
      `attach ${phoneNumber} to "${app.friendlyName}" (${applicationSid})`,
      ...different.flatMap((name) => [
        `- ${name}: ${number[name] || '(none)'}`,
        `+ ${name}: ${applicationSid}`,
      ]),
    ],
    apply: () => attachNumber(setup, number, applicationSid),
  };
}

/** A number of the account and its present fields. */
interface Attachable extends NumberFields {
  readonly sid: string;
  readonly phoneNumber: string;
}

async function findMask(setup: Setup, phoneNumber: string): Promise<Attachable> {
  const number = await explaining(`look for ${phoneNumber}`, findOwned(setup, phoneNumber));
  if (number) return { sid: number.sid, phoneNumber, ...fieldsOf(number) };
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `use ${phoneNumber} as a mask`,
    reason: `the account ${setup.client.accountSid} does not own it`,
    tryNext: ['relay-phone init, which finds or buys a number', '--mask with a number that the account owns'],
  });
}

/**
 * Attaches a number to an app. `undo` restores the field values that are passed in here.
 *
 * @returns what was done, in words
 * @throws RelayPhoneError `refused` or `network` if Twilio does not update the number.
 */
export async function attachNumber(
  setup: Pick<Setup, 'client' | 'journal'>,
  { sid, phoneNumber, ...before }: Attachable,
  applicationSid: string,
): Promise<string> {
  const { smsApplicationSid, voiceApplicationSid } = before;
  const change = setup.journal.intend({
    kind: 'number-attached',
    sid,
    phoneNumber,
    applicationSid,
    before: { smsApplicationSid, voiceApplicationSid },
  });
  await update(setup, sid, phoneNumber, {
    smsApplicationSid: applicationSid,
    voiceApplicationSid: applicationSid,
  });
  setup.journal.done(change);
  return `attached ${phoneNumber}`;
}

/** An interrupted update took place if both fields of the number name the app. */
async function reconcile(setup: Setup, change: Change): Promise<void> {
  const { data } = change;
  if (data.kind !== 'number-attached') return;
  const fields = await findFields(setup, data.sid, data.phoneNumber);
  if (fields && FIELDS.every((name) => fields[name] === data.applicationSid)) setup.journal.done(change);
  else setup.journal.abandoned(change);
}

/** Restores the old value of each field that still names our app. */
async function undo(setup: Setup, change: Change): Promise<UndoOutcome> {
  const { data } = change;
  if (data.kind !== 'number-attached') throw new Error(`not an attached number: ${data.kind}`);
  const { sid, phoneNumber, applicationSid, before } = data;
  const fields = await findFields(setup, sid, phoneNumber);
  if (!fields) return { undone: true, text: `${phoneNumber} is no longer in the account` };
  const ours = FIELDS.filter((name) => fields[name] === applicationSid);
  if (ours.length === 0)
    return { undone: true, text: `${phoneNumber} is no longer attached to the TwiML app` };
  await update(setup, sid, phoneNumber, Object.fromEntries(ours.map((name) => [name, before[name]])));
  const left = FIELDS.filter((name) => !ours.includes(name));
  const except = left.length > 0 ? `, except ${left.join(', ')}: changed since` : '';
  return { undone: true, text: `detached ${phoneNumber}${except}` };
}

async function findFields(setup: Setup, sid: string, phoneNumber: string): Promise<NumberFields | undefined> {
  try {
    return fieldsOf(await setup.client.account.incomingPhoneNumbers(sid).fetch());
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw explainTwilioFailure(`look for ${phoneNumber}`, error);
  }
}

/** Twilio gives null for a field that is not set. */
function fieldsOf(number: { readonly [name in keyof NumberFields]: string | null }): NumberFields {
  return {
    smsApplicationSid: number.smsApplicationSid ?? '',
    voiceApplicationSid: number.voiceApplicationSid ?? '',
  };
}

async function update(
  setup: Pick<Setup, 'client'>,
  sid: string,
  phoneNumber: string,
  fields: Partial<NumberFields>,
): Promise<void> {
  const number = setup.client.account.incomingPhoneNumbers(sid);
  await explaining(`update ${phoneNumber}`, number.update(fields));
}
