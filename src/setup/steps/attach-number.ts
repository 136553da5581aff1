// A step of `serve`: the texts and calls of a mask lead to the TwiML app.
import { RelayPhoneError } from '../../errors.js';
import { explaining, explainTwilioFailure, isNotFound } from '../../twilio/failure.js';
import type { Change, NumberFields } from '../changes.js';
import { required, type Setup, type SetupStep, type StepPlan, type UndoOutcome } from '../setup.js';

const FIELDS = ['smsApplicationSid', 'voiceApplicationSid'] as const;

/** Attaches the mask to the app of the step before; what its fields held goes into the journal. */
export const attachNumberStep: SetupStep<'attach-number'> = {
  id: 'attach-number',
  title: 'Mask',
  kinds: ['number-attached'],
  reconcile: settle,
  plan: look,
  undo,
};

async function look(setup: Setup): Promise<StepPlan> {
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

/** A number of the account, and where its texts and calls lead. */
interface Attachable extends NumberFields {
  readonly sid: string;
  readonly phoneNumber: string;
}

async function findMask(setup: Setup, phoneNumber: string): Promise<Attachable> {
  const { incomingPhoneNumbers } = setup.client.account;
  const rows = await explaining(
    `look for ${phoneNumber}`,
    incomingPhoneNumbers.list({ phoneNumber, limit: 20 }),
  );
  const number = rows.find((row) => row.phoneNumber === phoneNumber);
  if (number) return { sid: number.sid, phoneNumber, ...fieldsOf(number) };
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `use ${phoneNumber} as a mask`,
    reason: `the account ${setup.client.accountSid} does not own it`,
    tryNext: ['relay-phone init, which finds or buys a number', '--mask with a number that it owns'],
  });
}

/** Attaches a number to an app; `undo` gives its fields the values back that they have here. */
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

/** An interrupted run's update was carried out when the number shows it. */
async function settle(setup: Setup, change: Change): Promise<void> {
  const { data } = change;
  if (data.kind !== 'number-attached') return;
  const fields = await findFields(setup, data.sid, data.phoneNumber);
  if (fields && FIELDS.every((name) => fields[name] === data.applicationSid)) setup.journal.done(change);
  else setup.journal.abandoned(change);
}

/** Gives each field that still leads to our app its old value back. */
async function undo(setup: Setup, change: Change): Promise<UndoOutcome> {
  const { data } = change;
  if (data.kind !== 'number-attached') throw new Error(`not an attached number: ${data.kind}`);
  const { sid, phoneNumber, applicationSid, before } = data;
  const fields = await findFields(setup, sid, phoneNumber);
  if (!fields) return { undone: true, text: `${phoneNumber} is no longer in the account` };
  const ours = FIELDS.filter((name) => fields[name] === applicationSid);
  if (ours.length === 0) return { undone: true, text: `${phoneNumber} leads elsewhere already` };
  await update(setup, sid, phoneNumber, Object.fromEntries(ours.map((name) => [name, before[name]])));
  const left = FIELDS.filter((name) => !ours.includes(name));
  const except = left.length > 0 ? `, but for ${left.join(', ')}: changed since` : '';
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
