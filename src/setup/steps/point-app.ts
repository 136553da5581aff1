// A step of `tunnel` and of `doctor --fix`: the TwiML app leads to the public base, unless somebody else is using it.
import { sendRequest } from '../../http/send.js';
import type { Setup, SetupStep, StepPlan } from '../setup.js';
import { fieldOf, findApp, moveUnder } from '../webhooks.js';
import { planApp, twimlAppStep } from './twiml-app.js';

/** Milliseconds that whoever has the app now gets to answer. */
const PATIENCE = 3000;

/**
 * Moves the URLs of the app under the public base, those that are missing to Relay's paths, and asks only when its old
 * address answers and is not the app's own: a dead one is nobody's.
 */
export const pointAppStep: SetupStep<'point-app'> = {
  ...twimlAppStep,
  id: 'point-app',
  plan: (setup) => look(setup, moveUnder),
};

/** The same, and every one of them is asked with POST, as Relay is. */
export const repairAppStep: SetupStep<'mend-app'> = {
  ...twimlAppStep,
  id: 'mend-app',
  plan: (setup) => look(setup, (base, app) => ({ ...moveUnder(base, app), ...POST })),
};

const POST = { voiceMethod: 'POST', statusCallbackMethod: 'POST', smsMethod: 'POST' } as const;

async function look(setup: Setup, fieldsOf: Parameters<typeof planApp>[1]): Promise<StepPlan> {
  const plan = await planApp(setup, fieldsOf);
  if (!plan.overwrites) return plan;
  const user = await findUser(setup);
  if (user === undefined) return { ...plan, overwrites: false };
  return { ...plan, changes: [...plan.changes, `${user} answers there: somebody may be using it`] };
}

/** The origin that the app leads to, when somebody answers there; undefined when nobody does, or we ourselves. */
async function findUser(setup: Setup): Promise<string | undefined> {
  const { sid } = setup.facts.app ?? {};
  const app = sid && (await findApp(setup, sid));
  const urls = app ? [fieldOf(app, 'smsUrl'), fieldOf(app, 'voiceUrl')] : [];
  const origins = new Set(urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).origin));
  for (const origin of origins) {
    if (!setup.facts.ownOrigins?.includes(origin) && (await isAnswering(origin))) return origin;
  }
  return undefined;
}

/** ngrok itself answers for an address behind which nobody is (ERR_NGROK_3200). */
async function isAnswering(origin: string): Promise<boolean> {
  try {
    const { headers } = await sendRequest({ method: 'GET', url: new URL(origin), timeout: PATIENCE });
    return headers['ngrok-error-code'] === undefined;
  } catch {
    return false;
  }
}
