// Reconcile and undo of what `conformance` changes in an account: webhooks of two numbers, created resources, opt-outs.
import { explaining, explainTwilioFailure, findRestFailure, isNotFound } from '../../twilio/failure.js';
import type { Change, ChangeDataOf } from '../changes.js';
import type { Setup, UndoableStep, UndoOutcome } from '../setup.js';

type Created = ChangeDataOf<'trial-created'>;

/** See the first line. */
export const conformanceTraces: UndoableStep = {
  kinds: ['number-borrowed', 'trial-created', 'opt-out-risked'],
  // Undo looks at the account and compares, so it may be tried whether or not the change took place.
  reconcile: async (setup, change) => void setup.journal.done(change),
  undo,
};

/** True for a change that {@link conformanceTraces} undoes. */
export function isConformanceTrace({ data }: Change): boolean {
  return conformanceTraces.kinds.includes(data.kind);
}

function undo(setup: Setup, { data }: Change): Promise<UndoOutcome> {
  switch (data.kind) {
    case 'number-borrowed':
      return restoreNumber(setup, data);
    case 'trial-created':
      return removeCreated(setup, data);
    case 'opt-out-risked':
      return optIn(setup, data);
    default:
      throw new Error(`not a change of conformance: ${data.kind}`);
  }
}

/** Restores each field that still has our value. */
async function restoreNumber(
  { client }: Setup,
  { sid, phoneNumber, before, fields }: ChangeDataOf<'number-borrowed'>,
): Promise<UndoOutcome> {
  const number = client.account.incomingPhoneNumbers(sid);
  const present = await findOrUndefined(`look for ${phoneNumber}`, number.fetch());
  if (!present) return { undone: true, text: `${phoneNumber} is no longer in the account` };
  const now = present as unknown as Readonly<Record<string, string | null>>;
  const names = Object.keys(fields).filter((name) => before[name] !== fields[name]);
  const ours = names.filter((name) => (now[name] ?? '') === fields[name]);
  const values = Object.fromEntries(ours.map((name) => [name, before[name] ?? '']));
  if (ours.length > 0) await explaining(`restore the webhooks of ${phoneNumber}`, number.update(values));
  const left = names.filter((name) => !ours.includes(name) && (now[name] ?? '') !== before[name]);
  const except = left.length > 0 ? `, except ${left.join(', ')}: changed since` : '';
  return { undone: true, text: `restored the webhooks of ${phoneNumber}${except}` };
}

async function removeCreated(setup: Setup, data: Created): Promise<UndoOutcome> {
  const removals = await listRemovals(setup, data);
  const left: string[] = [];
  for (const { name, remove } of removals) if (!(await tryRemove(name, remove))) left.push(name);
  if (left.length > 0) return { undone: false, text: `${left.join(', ')} stays: it is still on its way` };
  return {
    undone: true,
    text: `removed ${removals.map(({ name }) => name).join(', ') || 'nothing of a test'}`,
  };
}

interface Removal {
  readonly name: string;
  readonly remove: () => Promise<unknown>;
}

/** Finds by the tag what a killed run created without learning its SID. */
async function listRemovals(
  { client }: Setup,
  { collection, tag, numbers, sid }: Created,
): Promise<Removal[]> {
  const { account } = client;
  const task = 'look for what a test created';
  if (collection === 'Applications') {
    const rows = await explaining(task, account.applications.list({ limit: 1000 }));
    return rows
      .filter((row) => row.sid === sid || row.friendlyName.includes(tag))
      .map((row) => ({ name: `the TwiML app ${row.sid}`, remove: () => row.remove() }));
  }
  if (collection === 'Services') {
    // Loaded here, because every setup has this step, and nearly none has a Messaging Service to remove.
    const { openProducts } = await import('../../twilio/products.js');
    const rows = await explaining(task, openProducts(client).messaging.services.list({ limit: 1000 }));
    return rows
      .filter((row) => row.sid === sid || row.friendlyName.includes(tag))
      .map((row) => ({ name: `the Messaging Service ${row.sid}`, remove: () => row.remove() }));
  }
  const pairs = [numbers, numbers.toReversed()];
  if (collection === 'Messages') {
    const found = pairs.map(([from = '', to = '']) => account.messages.list({ from, to, limit: 50 }));
    const rows = (await explaining(task, Promise.all(found))).flat();
    return rows
      .filter((row) => row.sid === sid || row.body.includes(tag))
      .map((row) => ({ name: `the text ${row.sid}`, remove: () => row.remove() }));
  }
  // The records of calls stay, as in every account; only one that still runs is ended.
  const rows = await explaining(
    task,
    Promise.all(pairs.map(([from = '', to = '']) => account.calls.list({ from, to, limit: 20 }))),
  );
  return rows
    .flat()
    .filter(({ status }) => ['queued', 'ringing', 'in-progress'].includes(status))
    .map((row) => ({ name: `the call ${row.sid}`, remove: () => row.update({ status: 'completed' }) }));
}

/** @returns false if Twilio refuses because it has not ended yet */
async function tryRemove(name: string, remove: () => Promise<unknown>): Promise<boolean> {
  try {
    await remove();
    return true;
  } catch (error) {
    if (isNotFound(error)) return true;
    const { status } = findRestFailure(error) ?? {};
    if (status === 400 || status === 409) return false;
    throw explainTwilioFailure(`remove ${name}`, error);
  }
}

/** START opts in again; for a phone that never opted out it changes nothing. */
async function optIn({ client }: Setup, { from, to }: ChangeDataOf<'opt-out-risked'>): Promise<UndoOutcome> {
  await explaining(`opt ${from} in again`, client.account.messages.create({ from, to, body: 'START' }));
  return { undone: true, text: `${from} is opted in to the texts of ${to} again` };
}

async function findOrUndefined<T>(task: string, request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw explainTwilioFailure(task, error);
  }
}
