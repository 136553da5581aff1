// The values that Relay reads from `.env`, and the file that an edit starts from.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { findSecretForm } from '../secret-forms.js';
import { planAllowedHosts } from '../settings/env-file/hosts.js';
import {
  type EnvFile,
  findStarter,
  isTrue,
  readWithDecouple,
  readWithDotenv,
} from '../settings/env-file/read.js';
import { required, type Setup } from './setup.js';

/** The keys of `.env` without which Relay's phone features do not work. */
export const REQUIRED_ENV_KEYS = [
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_MAIN_NUMBER',
  'TWILIO_SMS_APPLICATION_SID',
  'SITE_ORIGIN',
  'PHONES_ENABLED',
  'SUBSCRIPTIONS_WITH_PHONE',
];

/** The key that Django signs sessions with. */
export const SECRET_KEY = 'SECRET_KEY';
/** The key of ngrok's authtoken. */
export const NGROK_AUTHTOKEN = 'NGROK_AUTHTOKEN';
/** Stands in a plan for the SID of an app that does not exist yet. */
const UNKNOWN_APP = '(the new TwiML app)';

/** The file, and the bytes an edit starts from: the file's, else those of `.env-dist` or `.env.example`. */
export interface EnvStart {
  readonly file: EnvFile | undefined;
  readonly starter: string | undefined;
  readonly bytes: Buffer;
}

/** Returns the values that the file should hold, in the order in which new keys are added. */
export type ListEnvValues = (setup: Setup, start: EnvStart) => Map<string, string>;

/** Finds the file of the setup, or the starter that it is made from. */
export async function findEnvStart({ envPath, readEnv }: Setup): Promise<EnvStart> {
  const file = await readEnv(envPath);
  const starter = file ? undefined : findStarter(dirname(envPath));
  const bytes = file?.bytes ?? (starter ? (await readEnv(starter))?.bytes : undefined) ?? Buffer.alloc(0);
  return { file, starter, bytes };
}

/** Lists the public origin and the list of allowed hosts. */
export function listHostValues(setup: Setup, { bytes }: EnvStart): Map<string, string> {
  const base = required(setup.facts.publicBase);
  const hosts = planAllowedHosts(readWithDotenv(bytes), new URL(base).hostname, setup.checkout?.hostsKey);
  return new Map([
    [hosts.key, hosts.value],
    ['SITE_ORIGIN', base],
  ]);
}

/** Lists every value that Relay needs. */
export function listAllValues(setup: Setup, start: EnvStart): Map<string, string> {
  const { account, mainNumber, app } = setup.facts;
  const secretKey = setup.checkout && planSecretKey(start.bytes, setup.checkout.path);
  const values = readWithDotenv(start.bytes);
  const enabled = values.get('PHONES_ENABLED') ?? '';
  const wanted = new Map([
    ['TWILIO_ACCOUNT_SID', required(account).sid],
    ['TWILIO_AUTH_TOKEN', setup.authToken],
    ['TWILIO_MAIN_NUMBER', required(mainNumber).phoneNumber],
    ['TWILIO_SMS_APPLICATION_SID', required(app).sid ?? UNKNOWN_APP],
    ...listHostValues(setup, start),
    ['PHONES_ENABLED', isTrue(enabled) ? enabled : 'True'],
    ['SUBSCRIPTIONS_WITH_PHONE', withPlan(values.get('SUBSCRIPTIONS_WITH_PHONE') ?? '')],
    ...(secretKey === undefined ? [] : [[SECRET_KEY, secretKey] as const]),
    ...listNgrokValues(setup),
  ]);
  // A secret of a live account that a secret manager holds is not written out in its place.
  for (const key of listReferences(setup, values)) wanted.delete(key);
  return wanted;
}

/** What `tunnel` reads, if the user typed it in. */
function listNgrokValues({ facts: { ngrok } }: Setup): (readonly [string, string])[] {
  if (!ngrok) return [];
  const token = ngrok.authtoken === undefined ? [] : [[NGROK_AUTHTOKEN, ngrok.authtoken] as const];
  return [['NGROK_DOMAIN', ngrok.domain], ...token];
}

/** Lists the keys that the file has as references or ciphertext. The sandbox replaces them: its values are not secret. */
export function listReferences({ target }: Setup, values: ReadonlyMap<string, string>): string[] {
  if (target === 'sandbox') return [];
  return [...values].flatMap(([key, value]) => (findSecretForm(value) ? [key] : []));
}

/** Adds Relay's phone plan to a comma list. */
function withPlan(list: string): string {
  const plans = list.split(',').map((plan) => plan.trim());
  return plans.includes('relay-phones') ? list : [...plans.filter(Boolean), 'relay-phones'].join(',');
}

/**
 * Returns the secret key to write; undefined if Relay reads one that the user chose. The placeholder of `.env-dist` does
 * not count.
 *
 * @param bytes the `.env` file, or the starter it is made from
 */
function planSecretKey(bytes: Buffer, checkoutPath: string): string | undefined {
  const placeholder = findPlaceholder(checkoutPath);
  const isChosen = (key: string | undefined) => Boolean(key) && key !== placeholder;
  if (isChosen(readWithDecouple(bytes).get(SECRET_KEY))) return undefined;
  // Only dotenv reads `export SECRET_KEY=…`; Relay does not.
  const fromDotenv = readWithDotenv(bytes).get(SECRET_KEY);
  return isChosen(fromDotenv) ? fromDotenv : randomBytes(32).toString('hex');
}

/** Returns the secret key of the checkout's `.env-dist`, which is not secret. */
export function findPlaceholder(checkoutPath: string): string | undefined {
  const starter = findStarter(checkoutPath);
  return starter && readWithDecouple(readFileSync(starter)).get(SECRET_KEY);
}
