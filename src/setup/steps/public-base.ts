// Step 3: the https origin under which Twilio reaches the app.
import { RelayPhoneError } from '../../errors.js';
import { findOriginFault, formatWithoutPassword } from '../../public-origin.js';
import type { Setup, SetupStep, StepPlan } from '../setup.js';

/** Where the app listens when nothing else is said: Django's own default. */
const LOCAL_APP = 'http://127.0.0.1:8000';

/** Takes the public base from the settings, asks for it, or in the sandbox uses the app's own address. */
export const publicBaseStep: SetupStep = {
  id: 'public-base',
  title: 'Public base',
  kinds: [],
  verify: (setup) => {
    if (!findPublicBase(setup) && !setup.prompts) throw missing();
  },
  plan: look,
};

async function look(setup: Setup): Promise<StepPlan> {
  const base = findPublicBase(setup) ?? (await askForBase(setup));
  setup.facts.publicBase = base;
  const source = base === setup.ngrok?.base ? `, from ${setup.ngrok.source}` : '';
  return { summary: base + source, changes: [] };
}

/**
 * The public base of the settings, else that of ngrok, in the sandbox its default; undefined when only the user can say.
 * A value that is already in `.env` is passed over when it cannot serve the target: that step replaces it.
 *
 * @throws RelayPhoneError `usage` when a flag or the environment names one that cannot serve.
 */
export function findPublicBase(setup: Setup): string | undefined {
  const { publicUrl } = setup.settings;
  if (publicUrl !== undefined) {
    const complaint = findOriginFault(publicUrl, setup.target === 'sandbox');
    if (!complaint) return new URL(publicUrl).origin;
    if (setup.sources.publicUrl !== '.env') throw unusable(publicUrl, complaint);
  }
  return setup.target === 'sandbox' ? LOCAL_APP : setup.ngrok?.base;
}

async function askForBase(setup: Setup): Promise<string> {
  if (!setup.prompts) throw missing();
  setup.output.line('Twilio needs a public https address of your app: a tunnel such as ngrok gives one.');
  const answer = await setup.prompts.text('Public base (https://…)', (raw) => {
    const fault = findOriginFault(raw, setup.target === 'sandbox');
    return fault && `${raw} ${fault}`;
  });
  return new URL(answer).origin;
}

function missing(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'find the public base',
    reason: 'Twilio needs a public https address under which it reaches the app, and none was given',
    tryNext: [
      'relay-phone init --public-url https://your-name.ngrok-free.app',
      'NGROK_DOMAIN=your-name.ngrok-free.app in .env, from https://dashboard.ngrok.com/domains',
      'relay-phone init --sandbox, which needs none',
    ],
  });
}

function unusable(raw: string, complaint: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'use the public base',
    reason: `${formatWithoutPassword(raw)} ${complaint}`,
    tryNext: ['--public-url https://your-name.ngrok.app'],
  });
}
