// Step 3: the https origin under which Twilio reaches the app.
import { hideSecret } from '../../debug.js';
import { RelayPhoneError } from '../../errors.js';
import { findOriginFault, formatWithoutPassword } from '../../origin.js';
import type { LoadedSettings } from '../../settings/load.js';
import type { Prompts, Setup, SetupStep, StepPlan } from '../setup.js';

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
  const given = findGivenBase({ values: setup.settings, sources: setup.sources }, setup.target);
  return given ?? (setup.target === 'sandbox' ? setup.findUsualApp() : setup.ngrok?.base);
}

/**
 * Returns the public base of the settings; undefined if there is none, or one in `.env` that does not suit the target.
 *
 * @throws RelayPhoneError `usage` if a flag or the environment names an unsuitable one.
 */
export function findGivenBase(
  { values: { publicUrl }, sources }: Pick<LoadedSettings, 'values' | 'sources'>,
  target: Setup['target'],
): string | undefined {
  if (publicUrl === undefined) return undefined;
  const fault = findOriginFault(publicUrl, target === 'sandbox');
  if (!fault) return new URL(publicUrl).origin;
  if (sources.publicUrl !== '.env') throw unsuitable(publicUrl, fault);
  return undefined;
}

/** What a person has to know who has no public address yet; each line fits a narrow terminal. */
const ABOUT_NGROK = [
  'Twilio reaches your app over the internet, at a public https address. ngrok gives',
  'you one, free of charge; relay-phone tunnel then leads it to this machine.',
  '  1. sign up          https://dashboard.ngrok.com/signup',
  '  2. your domain      https://dashboard.ngrok.com/domains',
  '  3. your authtoken   https://dashboard.ngrok.com/get-started/your-authtoken',
  'The https address of any other tunnel to this machine does as well.',
];

/** Asks for an ngrok domain, and the authtoken that belongs to it, or for the origin of another tunnel. */
async function askForBase(setup: Setup): Promise<string> {
  const { prompts, output } = setup;
  if (!prompts) throw noPublicBase();
  for (const line of ABOUT_NGROK) output.line(line);
  const answer = await prompts.text('Public base (your ngrok domain, or https://…)', (raw) => {
    const fault = findOriginFault(completeOrigin(raw), false);
    if (fault !== undefined) return `${raw} ${fault}`;
    return raw.includes('.') ? undefined : `${raw} is not a domain such as your-name.ngrok-free.app`;
  });
  const { origin, hostname } = new URL(completeOrigin(answer));
  if (isNgrokDomain(answer, hostname)) await askForNgrok(setup, prompts, hostname);
  return origin;
}

/** The dashboard of ngrok shows a domain without its scheme. */
function completeOrigin(raw: string): string {
  return raw.includes('://') ? raw : `https://${raw}`;
}

/** A domain of one's own at ngrok is typed without a scheme. */
function isNgrokDomain(raw: string, hostname: string): boolean {
  return !raw.includes('://') || /\.ngrok(?:-free)?\.(?:app|dev|io)$/.test(hostname);
}

async function askForNgrok(setup: Setup, prompts: Prompts, domain: string): Promise<void> {
  const question = "ngrok's authtoken (not shown; Enter alone: later)";
  const typed = setup.hasNgrokToken ? '' : await prompts.secret(question, findAuthtokenFault);
  hideSecret(typed);
  const authtoken = typed === '' ? undefined : typed;
  const what = authtoken === undefined ? 'the domain' : 'the domain and the authtoken';
  if (await prompts.confirm(`Store ${what} in ${setup.envPath}, for relay-phone tunnel?`, true))
    setup.facts.ngrok = { domain, authtoken };
}

function findAuthtokenFault(token: string): string | undefined {
  return /^[\w-]{0,500}$/.test(token)
    ? undefined
    : 'the authtoken is letters, digits, - and _, without a command or quotes';
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
