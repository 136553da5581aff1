// Buys numbers and changes them: for the REST API by forms, for the library by objects.
import { RelayPhoneError } from '../../../errors.js';
import type { AccountStore } from '../../accounts/account/store.js';
import type { ApplicationStore } from '../../accounts/applications/store.js';
import type { Store } from '../../platform/database.js';
import { formatFriendlyNumber } from '../../platform/formats.js';
import { findPhoneNumber } from '../../platform/phone-number.js';
import { findFriendlyName, findValue } from '../../server/form.js';
import { invalidParameter, TwilioProblem } from '../../server/problem.js';
import { applyForm, verifyFallbacks, type WebhookSettings } from '../../webhooks/settings.js';
import type { NumberType } from '../inventory.js';
import { monthlyPrice } from '../pricing/tariff.js';
import { NUMBER_SETTINGS } from './format.js';
import { chooseNumber } from './purchase.js';
import type { NumberStore, OwnedNumber } from './store.js';

/** What buying and changing needs. */
export interface ProvisionDeps {
  readonly store: Store;
  readonly accounts: Pick<AccountStore, 'charge' | 'fixed'>;
  readonly applications: Pick<ApplicationStore, 'find'>;
  readonly numbers: NumberStore;
  readonly now: () => number;
}

/** Buys a number, with the settings of a form. @throws TwilioProblem with the reason */
export function buyNumber(deps: ProvisionDeps, form: URLSearchParams, type?: NumberType): OwnedNumber {
  const { accounts, numbers, now } = deps;
  const settings = readSettings(deps, form);
  const { number, block } = chooseNumber(form, type, numbers);
  verifyTrialPurchase(deps);
  const friendlyName = findFriendlyName(form) ?? formatFriendlyNumber(number);
  return deps.store.transaction(() => {
    accounts.charge(monthlyPrice(block));
    return numbers.insert({ phoneNumber: number, type: block.type, friendlyName, settings }, now());
  });
}

/** Changes the settings that a form names. @throws TwilioProblem with the reason */
export function changeNumber(deps: ProvisionDeps, number: OwnedNumber, form: URLSearchParams): void {
  const { sid, friendlyName, settings } = number;
  deps.numbers.update(
    sid,
    findFriendlyName(form) ?? friendlyName,
    readSettings(deps, form, settings),
    deps.now(),
  );
}

/** Where a number sends a kind of webhooks: to a URL by POST, or as Twilio's settings say. */
export type WebhookTarget =
  | string
  | {
      readonly url: string;
      /** Default `POST`. */
      readonly method?: 'GET' | 'POST';
      /** Used if `url` fails. */
      readonly fallbackUrl?: string;
      readonly fallbackMethod?: 'GET' | 'POST';
    };

/**
 * The webhooks of a number. One that is left out stays as it was; null removes it.
 *
 * @example
 * sandbox.number('+12025550100', { sms: `${app}/sms`, voice: { url: `${app}/voice`, method: 'GET' } });
 */
export interface NumberOptions {
  /** For texts. */
  readonly sms?: WebhookTarget | null;
  /** For calls. */
  readonly voice?: WebhookTarget | null;
  /** The SID of a TwiML app (`AP…`), whose URLs are used for the kinds that are not named here. */
  readonly app?: string | null;
}

/**
 * Gives a number these webhooks, and buys it first if the account does not own it.
 *
 * @throws RelayPhoneError `usage` with Twilio's reason, and without any change.
 */
export function provisionNumber(deps: ProvisionDeps, number: string, options: NumberOptions): OwnedNumber {
  const phoneNumber = findPhoneNumber(number)?.number;
  const form = formatOptions(options);
  try {
    if (phoneNumber === undefined) throw new TwilioProblem(400, 21421, `${number} is not a valid number`);
    const owned = deps.numbers.findByNumber(phoneNumber);
    if (owned) {
      changeNumber(deps, owned, form);
      return deps.numbers.find(owned.sid) ?? owned;
    }
    form.set('PhoneNumber', phoneNumber);
    return buyNumber(deps, form);
  } catch (error) {
    throw error instanceof TwilioProblem ? refuse(number, error) : error;
  }
}

/** Twilio's code for a number that nobody can buy. */
const NOT_FOR_SALE = 21422;

function refuse(number: string, { message, code }: TwilioProblem): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: `set up the number ${number}`,
    reason: `${message.replace(/\.$/, '')} (Twilio ${code})`,
    twilioCode: code,
    tryNext:
      code === NOT_FOR_SALE
        ? ['a number that the sandbox sells: +1, an area code, 555 and 0100 to 0189']
        : [],
    more: `https://www.twilio.com/docs/errors/${code}`,
  });
}

function formatOptions({ sms, voice, app }: NumberOptions): URLSearchParams {
  const form = new URLSearchParams();
  for (const [kind, target] of [
    ['Sms', sms],
    ['Voice', voice],
  ] as const) {
    if (target !== undefined) {
      const { url, method = 'POST', fallbackUrl = '', fallbackMethod = 'POST' } = readTarget(target);
      form.set(`${kind}Url`, url);
      form.set(`${kind}Method`, method);
      form.set(`${kind}FallbackUrl`, fallbackUrl);
      form.set(`${kind}FallbackMethod`, fallbackMethod);
      // A TwiML app would replace these.
      form.set(`${kind}ApplicationSid`, '');
    } else if (app !== undefined) form.set(`${kind}ApplicationSid`, app ?? '');
  }
  return form;
}

function readTarget(target: WebhookTarget | null): Exclude<WebhookTarget, string> {
  return typeof target === 'object' && target !== null ? target : { url: target ?? '' };
}

function readSettings(
  { applications }: ProvisionDeps,
  form: URLSearchParams,
  current: WebhookSettings = {},
): WebhookSettings {
  const isApplication = (sid: string) => applications.find(sid) !== undefined;
  verifyNoSids(form);
  const settings = applyForm(NUMBER_SETTINGS, current, form, isApplication);
  verifyFallbacks(settings);
  return settings;
}

function verifyTrialPurchase({ accounts, numbers }: ProvisionDeps): void {
  if (accounts.fixed.type === 'Full' || numbers.owned().size === 0) return;
  const what = 'Trial accounts are allowed only one Twilio number.';
  throw new TwilioProblem(400, 21404, `${what} To purchase additional numbers, please upgrade your account.`);
}

/** What a number can refer to and the account does not have: the sandbox has no such resources. */
const SIDS = ['AddressSid', 'BundleSid', 'EmergencyAddressSid', 'IdentitySid', 'TrunkSid'];

/** @throws TwilioProblem 20422 for the SID of something that does not exist. */
function verifyNoSids(form: URLSearchParams): void {
  for (const name of SIDS) {
    const sid = findValue(form, name);
    if (sid !== undefined) throw invalidParameter(name, sid);
  }
}
