// Takes back what was done to a TwiML app, and finds out how an interrupted change of one ended.
import type { ApplicationInstance } from '../twilio/client.js';
import { explaining } from '../twilio/failure.js';
import type { AppFields, Change, ChangeDataOf } from './changes.js';
import type { Setup, UndoOutcome } from './setup.js';
import { differingFields, FIELD_NAMES, fieldOf, findApp, findNamedApp } from './webhooks.js';

/** Looks at the account and records whether the change took place. */
export async function settleApp(setup: Setup, change: Change): Promise<void> {
  const { data } = change;
  if (data.kind === 'app-created') {
    const made = await findNamedApp(setup, data.friendlyName);
    if (made) setup.journal.done({ ...change, data }, { sid: made.sid });
    else setup.journal.abandoned(change);
  } else if (data.kind === 'app-updated') {
    const app = await findApp(setup, data.sid);
    if (app && differingFields(app, data.fields).length === 0) setup.journal.done(change);
    else setup.journal.abandoned(change);
  }
}

/** Deletes an app we made, or gives one we changed its old values back; what was changed since is left. */
export async function undoApp(setup: Setup, change: Change): Promise<UndoOutcome> {
  const { data } = change;
  if (data.kind !== 'app-created' && data.kind !== 'app-updated') throw new Error(`not an app: ${data.kind}`);
  const app = data.sid ? await findApp(setup, data.sid) : undefined;
  if (!app) return { undone: true, text: `the TwiML app "${data.friendlyName}" is no longer there` };
  return data.kind === 'app-created' ? removeApp(setup, app, data.fields) : restoreApp(setup, app, data);
}

async function removeApp(setup: Setup, app: ApplicationInstance, fields: AppFields): Promise<UndoOutcome> {
  const title = titleOf(app);
  const changed = differingFields(app, fields);
  if (changed.length > 0)
    return { undone: false, text: `${title} stays: ${changed.join(', ')} changed since` };
  const numbers = await explaining(
    "list the account's numbers",
    setup.client.account.incomingPhoneNumbers.list(),
  );
  const users = numbers.filter(
    (row) => row.smsApplicationSid === app.sid || row.voiceApplicationSid === app.sid,
  );
  if (users.length > 0) {
    return {
      undone: false,
      text: `${title} stays: used by ${users.map((row) => row.phoneNumber).join(', ')}`,
    };
  }
  await explaining(`delete ${title}`, app.remove());
  return { undone: true, text: `deleted ${title}` };
}

async function restoreApp(
  setup: Setup,
  app: ApplicationInstance,
  { before, fields }: ChangeDataOf<'app-updated'>,
): Promise<UndoOutcome> {
  const ours = FIELD_NAMES.filter((name) => name in fields && fieldOf(app, name) === fields[name]);
  const back = Object.fromEntries(ours.map((name) => [name, before[name] ?? '']));
  if (ours.length > 0)
    await explaining(`restore ${titleOf(app)}`, setup.client.account.applications(app.sid).update(back));
  const left = differingFields(app, before).filter((name) => !ours.includes(name));
  const except = left.length > 0 ? `, but for ${left.join(', ')}: changed since` : '';
  return { undone: true, text: `restored ${titleOf(app)}${except}` };
}

function titleOf(app: ApplicationInstance): string {
  return `the TwiML app "${app.friendlyName}" (${app.sid})`;
}
