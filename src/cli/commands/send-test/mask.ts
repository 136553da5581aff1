// Takes a mask in the app, with the user's consent: the app buys it at Twilio.
import { RelayPhoneError } from '../../../errors.js';
import type { RelayApi, Suggestion } from '../../../firefox-relay/relay-api.js';
import type { SendTestMask } from '../../../setup/create-report.js';
import { findMonthlyPrice, formatMonthlyPrice } from '../../../setup/price.js';
import { findOwned } from '../../../setup/purchase.js';
import { confirmPlan, verifyConfirmable } from '../../../setup/run.js';
import type { Setup, StepPlan } from '../../../setup/setup.js';
import { CONSOLE_PAGES } from '../../../twilio/console-pages.js';

const COMMAND = 'send-test --mask';
/** How many suggested numbers are offered. */
const MAX_OFFERED = 10;

/** Checks, before anything is sent, that a purchase is allowed. @throws RelayPhoneError `needsUser` if it is not. */
export function verifyMayBuy(setup: Setup): void {
  const changes = ['take a mask, which buys a number'];
  const plan: StepPlan = { summary: '', changes, cost: { monthly: undefined } };
  verifyConfirmable(setup, plan, COMMAND);
}

/**
 * Takes the first suggested number, or the one the user chooses. A user of the app who has a mask keeps it.
 *
 * @throws RelayPhoneError `needsUser` without consent; otherwise the refusal of the app or of Twilio.
 */
export async function takeMask(setup: Setup, api: RelayApi, number: string): Promise<SendTestMask> {
  const suggestions = await api.suggestMasks(number);
  if ('error' in suggestions) return keepMask(setup, api, suggestions.error);
  const phoneNumber = await choose(setup, suggestions);
  const monthly = await findMonthlyPrice(setup, phoneNumber);
  const price = formatMonthlyPrice(monthly);
  const change = `have the app buy ${phoneNumber} as the mask${price}`;
  const plan: StepPlan = { summary: phoneNumber, changes: [change], cost: { monthly } };
  setup.output.planned(plan.changes);
  await confirmPlan(setup, plan, { command: COMMAND, hasChanged: true });
  const taken = await take(setup, api, phoneNumber);
  if (taken !== 'taken') return keepMask(setup, api, taken.error);
  setup.output.done(`${phoneNumber} is the mask of ${number}`);
  return { phoneNumber, outcome: 'taken', monthly: monthly ?? null };
}

async function choose(setup: Setup, suggestions: readonly Suggestion[]): Promise<string> {
  const [first] = suggestions;
  if (!first) throw noSuggestion();
  if (!setup.prompts) return first.phone_number;
  const options = suggestions
    .slice(0, MAX_OFFERED)
    .map((one) => ({ title: describe(one), value: one.phone_number }));
  return setup.prompts.choose('Which mask?', options);
}

function describe({ phone_number, locality, region }: Suggestion): string {
  const place = [locality, region].filter(Boolean).join(', ');
  return place ? `${phone_number} (${place})` : phone_number;
}

async function keepMask(setup: Setup, api: RelayApi, reason: RelayPhoneError): Promise<SendTestMask> {
  const [phoneNumber] = await api.listMasks();
  if (phoneNumber === undefined) throw reason;
  setup.output.done(`the user already has the mask ${phoneNumber}`);
  return { phoneNumber, outcome: 'kept', monthly: null };
}

/** After an unclear answer it looks for the number in the app and in the account, and never sends a second request. */
async function take(setup: Setup, api: RelayApi, mask: string): ReturnType<RelayApi['takeMask']> {
  try {
    return await api.takeMask(mask);
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    const masks = await api.listMasks().catch((): string[] => []);
    if (masks.includes(mask)) return 'taken';
    const owned = await findOwned(setup, mask).catch(() => undefined);
    throw owned ? boughtAnyway(mask, error) : error;
  }
}

function boughtAnyway(mask: string, cause: RelayPhoneError): RelayPhoneError {
  return new RelayPhoneError({
    kind: cause.kind,
    task: cause.task,
    reason: `${cause.reason}. But ${mask} was bought at Twilio, and costs money every month`,
    tryNext: [
      `release ${mask} at ${CONSOLE_PAGES.numbers}, unless the app shows it as a mask`,
      ...cause.tryNext,
      'only then run this again: it may buy another number',
    ],
    cause,
  });
}

function noSuggestion(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'take a mask',
    reason: 'the app suggests no number: Twilio has none',
    tryNext: ['try again later', "check TWILIO_… in the app's .env with relay-phone status"],
  });
}
