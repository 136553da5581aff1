// Step 4: the TwiML app that tells Twilio where the app's webhooks are.
import { RelayPhoneError } from '../../errors.js';
import type { ApplicationInstance } from '../../twilio/client.js';
import { explaining, explainTwilioFailure, mayHaveHappened } from '../../twilio/failure.js';
import { settleApp, undoApp } from '../app-undo.js';
import type { AppFields } from '../changes.js';
import { required, type Setup, type SetupStep, type StepPlan } from '../setup.js';
import {
  appNameFor,
  differingFields,
  FIELD_NAMES,
  fieldOf,
  fieldsOf,
  findApp,
  findNamedApp,
  webhooksUnder,
} from '../webhooks.js';

const ATTEMPTS = 3;
const FIRST_WAIT = 500;

/** Finds or makes the TwiML app of the public base and points all its webhooks at Relay's paths. */
export const twimlAppStep: SetupStep = {
  id: 'twiml-app',
  title: 'TwiML app',
  kinds: ['app-created', 'app-updated'],
  reconcile: settleApp,
  plan: (setup) => planApp(setup, webhooksUnder),
  undo: undoApp,
};

/** Finds the app of the public base and leaves it as it is, wherever it leads; makes it where there is none. */
export const existingAppStep: SetupStep = {
  ...twimlAppStep,
  plan: (setup) => planApp(setup, (base, app) => (app ? fieldsOf(app) : webhooksUnder(base))),
};

/** Plans to make the app, or to give it the fields that it should have under the public base. */
export async function planApp(
  setup: Setup,
  wanted: (base: string, app?: ApplicationInstance) => AppFields,
): Promise<StepPlan> {
  const base = required(setup.facts.publicBase);
  const friendlyName = appNameFor(base);
  const app = (await findConfigured(setup)) ?? (await findNamedApp(setup, friendlyName));
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
    tryNext: ['leave TWILIO_SMS_APPLICATION_SID out: init then finds or makes the app'],
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

/** Creates the app once: after an unclear answer it is looked for by its name before it is asked for again. */
async function createApp(setup: Setup, friendlyName: string, fields: AppFields): Promise<string> {
  const change = setup.journal.intend({ kind: 'app-created', friendlyName, fields });
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { sid } = await setup.client.account.applications.create({ friendlyName, ...fields });
      setup.journal.done(change, { sid });
      return sid;
    } catch (error) {
      const unclear = mayHaveHappened(error);
      const made = unclear ? await findNamedApp(setup, friendlyName) : undefined;
      if (made) {
        setup.journal.done(change, { sid: made.sid });
        return made.sid;
      }
      if (!unclear) setup.journal.abandoned(change);
      if (!unclear || attempt === ATTEMPTS)
        throw explainTwilioFailure(`create the TwiML app "${friendlyName}"`, error);
      await setup.sleep(FIRST_WAIT * 2 ** (attempt - 1));
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
        `- ${name}: ${fieldOf(app, name) || '(none)'}`,
        `+ ${name}: ${fields[name]}`,
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
