// Step 4: the TwiML app, which tells Twilio the webhook URLs: find, create, update, reconcile, undo.
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { findAgent } from '../../http/agent.js';
import { NoAnswer, sendRequest } from '../../http/send.js';
import { formatWithoutPassword, isLoopback } from '../../origin.js';
import type { ApplicationInstance } from '../../twilio/client.js';
import { explaining, explainTwilioFailure, mayHaveHappened } from '../../twilio/failure.js';
import type { AppFields, Change, ChangeDataOf } from '../changes.js';
import { required, type Setup, type SetupStep, type StepPlan, type UndoOutcome } from '../setup.js';
import {
  appNameFor,
  differingFields,
  FIELD_NAMES,
  fieldOf,
  fieldsOf,
  findApp,
  findNamedApp,
  moveUnder,
  webhooksUnder,
} from '../webhooks.js';

const ATTEMPTS = 3;
const FIRST_RETRY_DELAY_MS = 500;
/** How long the server at the app's present URLs may take to answer. */
const PROBE_TIMEOUT_MS = 3000;

/** Returns the webhook fields an app should have under a public base; without an app, those of a new one. */
type WantedFields = (base: string, app?: ApplicationInstance) => AppFields;

/**
 * The step of `init` and `serve`: finds or creates the app and points all its webhooks at Relay's paths. It says so if a
 * server answers at the public base that the app leads to.
 */
export const twimlAppStep: SetupStep = {
  id: 'twiml-app',
  title: 'TwiML app',
  kinds: ['app-created', 'app-updated'],
  plan: async (setup) => {
    const plan = await planApp(setup, webhooksUnder);
    const use = plan.overwrites ? await findPossibleUse(setup, isPublic) : undefined;
    return use === undefined ? plan : withUse(setup, plan, use);
  },
  reconcile,
  undo,
};

/** The step of `exec`: keeps an existing app unchanged, else creates one. */
export const existingAppStep: SetupStep = {
  ...twimlAppStep,
  plan: (setup) => planApp(setup, (base, app) => (app ? fieldsOf(app) : webhooksUnder(base))),
};

/**
 * The step of `tunnel`: moves the app's URLs under the public base, keeps their paths, and sets missing ones to Relay's.
 * It asks first only if another program answers at the old URLs.
 */
export const pointAppStep: SetupStep<'point-app'> = {
  ...twimlAppStep,
  id: 'point-app',
  plan: (setup) => planUnlessInUse(setup, moveUnder),
};

/** The step of `doctor --fix`: like {@link pointAppStep}, and sets every method to POST, as Relay expects. */
export const repairAppStep: SetupStep<'repair-app'> = {
  ...twimlAppStep,
  id: 'repair-app',
  plan: (setup) => planUnlessInUse(setup, (base, app) => ({ ...moveUnder(base, app), ...POST })),
};

const POST = { voiceMethod: 'POST', statusCallbackMethod: 'POST', smsMethod: 'POST' } as const;

async function planApp(setup: Setup, wanted: WantedFields): Promise<StepPlan> {
  if (setup.choices.ownApp) verifyReplaceable(setup);
  const base = required(setup.facts.publicBase);
  const friendlyName = appNameFor(base);
  const configured = setup.choices.ownApp ? undefined : await findConfigured(setup);
  const app = configured ?? (await findNamedApp(setup, friendlyName));
  return app ? planUpdate(setup, app, wanted(base, app)) : planCreation(setup, friendlyName, wanted(base));
}

async function findConfigured(setup: Setup): Promise<ApplicationInstance | undefined> {
  const { applicationSid } = setup.settings;
  if (!applicationSid) return undefined;
  const app = await findApp(setup, applicationSid);
  if (app || setup.sources.applicationSid === '.env') return app;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `use the TwiML app ${applicationSid}`,
    reason: `the account ${setup.client.accountSid} has no such app`,
    tryNext: ['leave TWILIO_SMS_APPLICATION_SID out: init then finds or creates the app'],
  });
}

/** Only the app that `.env` names can be replaced by one of its own: the app would go on with any other setting. */
function verifyReplaceable({ sources: { applicationSid: source } }: Setup): void {
  if (source === undefined || source === '.env') return;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'use a TwiML app of its own',
    reason: `TWILIO_SMS_APPLICATION_SID of the ${source} names another one`,
    tryNext: ['unset TWILIO_SMS_APPLICATION_SID, then run it again'],
  });
}

function planCreation(setup: Setup, friendlyName: string, fields: AppFields): StepPlan {
  setup.facts.app = { sid: undefined, friendlyName, fields };
  return {
    summary: `"${friendlyName}"`,
    changes: [`create "${friendlyName}"`, ...FIELD_NAMES.map((name) => `${name}: ${fields[name]}`)],
    apply: async () => {
      const sid = await createApp(setup, friendlyName, fields);
      setup.facts.app = { sid, friendlyName, fields };
      return `created "${friendlyName}" (${sid})`;
    },
  };
}

/** Creates the app once: after an unclear answer it looks for the name before it asks again. */
async function createApp(setup: Setup, friendlyName: string, fields: AppFields): Promise<string> {
  const change = setup.journal.intend({ kind: 'app-created', friendlyName, fields });
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { sid } = await setup.client.account.applications.create({ friendlyName, ...fields });
      setup.journal.done(change, { sid });
      return sid;
    } catch (error) {
      const isUnclear = mayHaveHappened(error);
      const created = isUnclear ? await findNamedApp(setup, friendlyName) : undefined;
      if (created) {
        setup.journal.done(change, { sid: created.sid });
        return created.sid;
      }
      if (!isUnclear) setup.journal.abandoned(change);
      if (!isUnclear || attempt === ATTEMPTS)
        throw explainTwilioFailure(`create the TwiML app "${friendlyName}"`, error);
      await setup.sleep(FIRST_RETRY_DELAY_MS * 2 ** (attempt - 1));
    }
  }
}

function planUpdate(setup: Setup, app: ApplicationInstance, fields: AppFields): StepPlan {
  const { sid, friendlyName } = app;
  const different = differingFields(app, fields);
  setup.facts.app = { sid, friendlyName, fields };
  const summary = `"${friendlyName}" (${sid})`;
  if (different.length === 0) return { summary, changes: [] };
  return {
    summary,
    overwrites: true,
    changes: [
      `update ${summary}`,
      ...different.flatMap((name) => [
        `- ${name}: ${formatWithoutPassword(fieldOf(app, name)) || '(none)'}`,
        `+ ${name}: ${formatWithoutPassword(fields[name])}`,
      ]),
    ],
    apply: () => updateApp(setup, app, different, fields),
  };
}

async function updateApp(
  setup: Setup,
  app: ApplicationInstance,
  names: readonly (keyof AppFields)[],
  wanted: AppFields,
): Promise<string> {
  const { sid, friendlyName } = app;
  const before = Object.fromEntries(names.map((name) => [name, fieldOf(app, name)]));
  const fields = Object.fromEntries(names.map((name) => [name, wanted[name]]));
  const change = setup.journal.intend({ kind: 'app-updated', sid, friendlyName, before, fields });
  await explaining(`update the TwiML app ${sid}`, setup.client.account.applications(sid).update(fields));
  setup.journal.done(change);
  return `updated "${friendlyName}" (${sid})`;
}

async function planUnlessInUse(setup: Setup, wanted: WantedFields): Promise<StepPlan> {
  const plan = await planApp(setup, wanted);
  if (!plan.overwrites) return plan;
  const use = await findPossibleUse(setup);
  return use === undefined ? { ...plan, overwrites: false } : withUse(setup, plan, use);
}

/** Two developers on one account would take the app from each other at every start: each needs one of their own. */
function withUse(setup: Setup, plan: StepPlan, use: string): StepPlan {
  const base = required(setup.facts.publicBase);
  return {
    ...plan,
    changes: [
      ...plan.changes,
      `${use}: somebody may be using it`,
      `one TwiML app per developer: relay-phone init --own-app --public-url ${base}`,
    ],
  };
}

/** What is on this machine is the developer's own: an earlier port of the app, or another app of theirs. */
function isPublic(origin: string): boolean {
  return !isLoopback(new URL(origin).hostname);
}

/**
 * Returns why the app may be in use, as a clause; undefined if no server but our own is where its present URLs lead.
 *
 * @param isAsked selects the origins that count; by default all
 */
async function findPossibleUse(
  setup: Setup,
  isAsked: (origin: string) => boolean = () => true,
): Promise<string | undefined> {
  const { sid } = setup.facts.app ?? {};
  const app = sid && (await findApp(setup, sid));
  const urls = app ? [fieldOf(app, 'smsUrl'), fieldOf(app, 'voiceUrl')] : [];
  const origins = new Set(urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).origin));
  const own = [...(setup.facts.ownOrigins ?? []), required(setup.facts.publicBase)];
  for (const origin of [...origins].filter(isAsked)) {
    const use = own.includes(origin) ? undefined : await findServer(setup, origin);
    if (use !== undefined) return use;
  }
  return undefined;
}

/**
 * What the system answers if there is no server, or one for another host, which Twilio does not call. Anything else may be a
 * server that is busy, or that we cannot reach.
 */
const NO_SERVER = ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ERR_TLS_CERT_ALTNAME_INVALID'];

/** ngrok itself answers for a domain without a tunnel (ERR_NGROK_3200); that counts as no answer. */
async function findServer({ environment }: Setup, origin: string): Promise<string | undefined> {
  const url = new URL(origin);
  try {
    const { headers } = await sendRequest({
      method: 'GET',
      url,
      timeoutMs: PROBE_TIMEOUT_MS,
      agent: findAgent(environment, url, PROBE_TIMEOUT_MS),
    });
    return headers['ngrok-error-code'] === undefined ? `${origin} answers there` : undefined;
  } catch (error) {
    // An unusable proxy does not end the run.
    if (!(error instanceof NoAnswer || error instanceof RelayPhoneError)) throw error;
    return NO_SERVER.includes(findSystemCode(error.cause) ?? '')
      ? undefined
      : `whether a server is at ${origin} could not be found out (${error.message})`;
  }
}

/** Looks at the account to decide whether an interrupted change took place. */
async function reconcile(setup: Setup, change: Change): Promise<void> {
  const { data } = change;
  if (data.kind === 'app-created') {
    const created = await findNamedApp(setup, data.friendlyName);
    if (created) setup.journal.done({ ...change, data }, { sid: created.sid });
    else setup.journal.abandoned(change);
  } else if (data.kind === 'app-updated') {
    const app = await findApp(setup, data.sid);
    if (app && differingFields(app, data.fields).length === 0) setup.journal.done(change);
    else setup.journal.abandoned(change);
  }
}

/** Deletes a created app, or restores the old values of an updated one; fields that somebody changed since stay. */
async function undo(setup: Setup, change: Change): Promise<UndoOutcome> {
  const { data } = change;
  if (data.kind !== 'app-created' && data.kind !== 'app-updated') throw new Error(`not an app: ${data.kind}`);
  const app = data.sid ? await findApp(setup, data.sid) : undefined;
  if (!app) return { undone: true, text: `the TwiML app "${data.friendlyName}" no longer exists` };
  return data.kind === 'app-created' ? removeApp(setup, app, data.fields) : restoreApp(setup, app, data);
}

async function removeApp(setup: Setup, app: ApplicationInstance, fields: AppFields): Promise<UndoOutcome> {
  const name = describeApp(app);
  const changed = differingFields(app, fields);
  if (changed.length > 0)
    return { undone: false, text: `${name} stays: ${changed.join(', ')} changed since` };
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
      text: `${name} stays: used by ${users.map((row) => row.phoneNumber).join(', ')}`,
    };
  }
  await explaining(`delete ${name}`, app.remove());
  return { undone: true, text: `deleted ${name}` };
}

async function restoreApp(
  setup: Setup,
  app: ApplicationInstance,
  { before, fields }: ChangeDataOf<'app-updated'>,
): Promise<UndoOutcome> {
  const ours = FIELD_NAMES.filter((name) => name in fields && fieldOf(app, name) === fields[name]);
  const restored = Object.fromEntries(ours.map((name) => [name, before[name] ?? '']));
  if (ours.length > 0)
    await explaining(
      `restore ${describeApp(app)}`,
      setup.client.account.applications(app.sid).update(restored),
    );
  const left = differingFields(app, before).filter((name) => !ours.includes(name));
  const except = left.length > 0 ? `, except ${left.join(', ')}: changed since` : '';
  return { undone: true, text: `restored ${describeApp(app)}${except}` };
}

function describeApp(app: ApplicationInstance): string {
  return `the TwiML app "${app.friendlyName}" (${app.sid})`;
}
