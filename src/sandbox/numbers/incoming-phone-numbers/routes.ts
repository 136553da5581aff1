// Owned numbers: bought, changed, listed, released. See https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource.

import type { AccountStore } from '../../accounts/account/store.js';
import type { ApplicationStore } from '../../accounts/applications/store.js';
import type { Store } from '../../platform/database.js';
import { formatFriendlyNumber } from '../../platform/formats.js';
import { answer, answerDeleted, type RestAnswer } from '../../server/answer.js';
import { findFriendlyName, findValue, readQuery, readRestForm } from '../../server/form.js';
import { formatPage, readPage } from '../../server/paging.js';
import { ACCOUNT, accountPath } from '../../server/paths.js';
import { invalidParameter, resourceNotFound, TwilioProblem } from '../../server/problem.js';
import {
  JSON_FILE,
  nameInPath,
  type RestContext,
  type RestRouter,
  verifyRowFound,
} from '../../server/router.js';
import { applyForm, verifyFallbacks, type WebhookSettings } from '../../webhooks/settings.js';
import { NUMBER_TYPES, type NumberType } from '../inventory.js';
import { monthlyPrice } from '../pricing/tariff.js';
import { formatNumber, NUMBER_SETTINGS } from './format.js';
import { BUY_NUMBER, BUY_NUMBER_OF_TYPE, LIST_NUMBERS, NUMBER_FILTERS, UPDATE_NUMBER } from './parameters.js';
import { chooseNumber } from './purchase.js';
import type { NumberStore } from './store.js';

/** What the routes of owned numbers need. */
export interface IncomingPhoneNumberApiDeps {
  readonly store: Store;
  readonly accountSid: string;
  readonly accounts: Pick<AccountStore, 'charge' | 'fixed'>;
  readonly applications: Pick<ApplicationStore, 'find'>;
  readonly numbers: NumberStore;
  readonly now: () => number;
}

/** Adds the routes of owned numbers. */
export function addIncomingPhoneNumberRoutes(router: RestRouter, deps: IncomingPhoneNumberApiDeps): void {
  const { accountSid, accounts, applications, numbers, now } = deps;
  const format = formatNumber.bind(undefined, accountSid);

  function readSettings(form: URLSearchParams, current: WebhookSettings = {}): WebhookSettings {
    const isApplication = (sid: string) => applications.find(sid) !== undefined;
    verifyNoSids(form);
    const settings = applyForm(NUMBER_SETTINGS, current, form, isApplication);
    verifyFallbacks(settings);
    return settings;
  }

  async function buyNumber(context: RestContext, type?: NumberType): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const settings = readSettings(form);
    const { number, block } = chooseNumber(form, type, numbers);
    verifyTrialPurchase();
    const friendlyName = findFriendlyName(form) ?? formatFriendlyNumber(number);
    const bought = deps.store.transaction(() => {
      accounts.charge(monthlyPrice(block));
      return numbers.insert({ phoneNumber: number, type: block.type, friendlyName, settings }, now());
    });
    return answer(context.path, 201, format(bought));
  }

  function verifyTrialPurchase(): void {
    if (accounts.fixed.type === 'Full' || numbers.owned().size === 0) return;
    const what = 'Trial accounts are allowed only one Twilio number.';
    throw new TwilioProblem(
      400,
      21404,
      `${what} To purchase additional numbers, please upgrade your account.`,
    );
  }

  function fetchNumber(context: RestContext): RestAnswer {
    const found = verifyRowFound(context, numbers.find(nameInPath(context)));
    return answer(context.path, 200, format(found));
  }

  async function updateNumber(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    verifyNotTransferred(form);
    const { sid, friendlyName, settings } = verifyRowFound(context, numbers.find(nameInPath(context)));
    numbers.update(sid, findFriendlyName(form) ?? friendlyName, readSettings(form, settings), now());
    return fetchNumber(context);
  }

  function releaseNumber(context: RestContext): RestAnswer {
    verifyRowFound(context, numbers.remove(nameInPath(context)) || undefined);
    return answerDeleted(context.path);
  }

  function listNumbers(context: RestContext, type?: NumberType): RestAnswer {
    const query = readQuery(context);
    const request = readPage(query, Object.keys(NUMBER_FILTERS));
    const phoneNumber = findValue(query, 'PhoneNumber');
    const filter = { type, phoneNumber, friendlyName: findValue(query, 'FriendlyName') };
    const rows = wantsHosted(query) ? [] : numbers.list(request.window, filter);
    const { path } = context;
    return answer(path, 200, formatPage(path, request, 'incoming_phone_numbers', rows, format));
  }

  function verifyNotTransferred(form: URLSearchParams): void {
    const owner = findValue(form, 'AccountSid');
    if (owner && owner !== accountSid) throw resourceNotFound(`${accountPath(owner)}.json`);
  }

  router.get(`${ACCOUNT}/IncomingPhoneNumbers.json`, (context) => listNumbers(context), LIST_NUMBERS);
  router.post(`${ACCOUNT}/IncomingPhoneNumbers.json`, (context) => buyNumber(context), BUY_NUMBER);
  for (const [path, type] of Object.entries(NUMBER_TYPES)) {
    const ofType = `${ACCOUNT}/IncomingPhoneNumbers/${path}.json`;
    router.get(ofType, (context) => listNumbers(context, type), LIST_NUMBERS);
    router.post(ofType, (context) => buyNumber(context, type), BUY_NUMBER_OF_TYPE);
  }
  router.get(`${ACCOUNT}/IncomingPhoneNumbers/${JSON_FILE}`, fetchNumber);
  router.post(`${ACCOUNT}/IncomingPhoneNumbers/${JSON_FILE}`, updateNumber, UPDATE_NUMBER);
  router.delete(`${ACCOUNT}/IncomingPhoneNumbers/${JSON_FILE}`, releaseNumber);
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

/** True if the request lists hosted numbers only; there are none here. */
function wantsHosted(query: URLSearchParams): boolean {
  return findValue(query, 'Origin') === 'hosted';
}
