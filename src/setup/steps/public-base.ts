// Step 3: the https origin under which Twilio reaches the app.
import { RelayPhoneError } from '../../errors.js';
import { findOriginFault, formatWithoutPassword } from '../../origin.js';
import type { Setup, SetupStep, StepPlan } from '../setup.js';

/** Where the app listens by default, as Django's development server does. */
const LOCAL_APP = 'http://127.0.0.1:8000';

/** Takes the public base from the settings or ngrok, or asks for it; the sandbox falls back to the app's own address. */
export const publicBaseStep: SetupStep = {
  id: 'public-base',
  title: 'Public base',
  kinds: [],
  verify: (setup) => {
    if (!findPublicBase(setup) && !setup.prompts) throw noPublicBase();
  },
  plan,
};

async function plan(setup: Setup): Promise<StepPlan> {
  const base = findPublicBase(setup) ?? (await askForBase(setup));
  setup.facts.publicBase = base;
  const source = base === setup.ngrok?.base ? `, from ${setup.ngrok.source}` : '';
  return { summary: base + source, changes: [] };
}

/**
 * Returns the public base of the settings, else ngrok's (live) or the app's own address (sandbox); undefined if only the
 * user can tell. A value in `.env` that does not suit the target is ignored: the env-file step replaces it.
 *
 * @throws RelayPhoneError `usage` if a flag or the environment names an unsuitable one.
 */
export function findPublicBase(setup: Setup): string | undefined {
  const { publicUrl } = setup.settings;
  if (publicUrl !== undefined) {
    const fault = findOriginFault(publicUrl, setup.target === 'sandbox');
    if (!fault) return new URL(publicUrl).origin;
    if (setup.sources.publicUrl !== '.env') throw unsuitable(publicUrl, fault);
  }
  return setup.target === 'sandbox' ? LOCAL_APP : setup.ngrok?.base;
}

async function askForBase(setup: Setup): Promise<string> {
  if (!setup.prompts) throw noPublicBase();
  setup.output.line('Twilio needs a public https address of your app, such as an ngrok tunnel gives.');
  const answer = await setup.prompts.text('Public base (https://…)', (raw) => {
    const fault = findOriginFault(raw, setup.target === 'sandbox');
    return fault && `${raw} ${fault}`;
  });
  return new URL(answer).origin;
}

function noPublicBase(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'find the public base',
    reason: 'Twilio needs a public https address to reach the app, and none is configured',
    tryNext: [
      'relay-phone init --public-url https://your-name.ngrok-free.app',
      'NGROK_DOMAIN=your-name.ngrok-free.app in .env, from https://dashboard.ngrok.com/domains',
      'relay-phone init --sandbox, which needs no public address',
    ],
  });
}

function unsuitable(raw: string, fault: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'use the public base',
    reason: `${formatWithoutPassword(raw)} ${fault}`,
    tryNext: ['--public-url https://your-name.ngrok.app'],
  });
}
