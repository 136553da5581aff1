// Owned numbers: bought, changed, listed, released. See https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource.
import { answer, answerDeleted, type RestAnswer } from '../../server/answer.js';
import { findValue, readQuery, readRestForm } from '../../server/form.js';
import { formatPage, readPage } from '../../server/paging.js';
import { ACCOUNT, accountPath } from '../../server/paths.js';
import { resourceNotFound } from '../../server/problem.js';
import {
  JSON_FILE,
  nameInPath,
  type RestContext,
  type RestRouter,
  verifyRowFound,
} from '../../server/router.js';
import { NUMBER_TYPES, type NumberType } from '../inventory.js';
import { formatNumber } from './format.js';
import { BUY_NUMBER, BUY_NUMBER_OF_TYPE, LIST_NUMBERS, NUMBER_FILTERS, UPDATE_NUMBER } from './parameters.js';
import { buyNumber, changeNumber, type ProvisionDeps } from './provision.js';

/** What the routes of owned numbers need. */
export interface IncomingPhoneNumberApiDeps extends ProvisionDeps {
  readonly accountSid: string;
}

/** Adds the routes of owned numbers. */
export function addIncomingPhoneNumberRoutes(router: RestRouter, deps: IncomingPhoneNumberApiDeps): void {
  const { accountSid, numbers } = deps;
  const format = formatNumber.bind(undefined, accountSid);

  async function answerPurchase(context: RestContext, type?: NumberType): Promise<RestAnswer> {
    const form = await readRestForm(context);
    return answer(context.path, 201, format(buyNumber(deps, form, type)));
  }

  function fetchNumber(context: RestContext): RestAnswer {
    const found = verifyRowFound(context, numbers.find(nameInPath(context)));
    return answer(context.path, 200, format(found));
  }

  async function updateNumber(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    verifyNotTransferred(form);
    changeNumber(deps, verifyRowFound(context, numbers.find(nameInPath(context))), form);
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
  router.post(`${ACCOUNT}/IncomingPhoneNumbers.json`, (context) => answerPurchase(context), BUY_NUMBER);
  for (const [path, type] of Object.entries(NUMBER_TYPES)) {
    const ofType = `${ACCOUNT}/IncomingPhoneNumbers/${path}.json`;
    router.get(ofType, (context) => listNumbers(context, type), LIST_NUMBERS);
    router.post(ofType, (context) => answerPurchase(context, type), BUY_NUMBER_OF_TYPE);
  }
  router.get(`${ACCOUNT}/IncomingPhoneNumbers/${JSON_FILE}`, fetchNumber);
  router.post(`${ACCOUNT}/IncomingPhoneNumbers/${JSON_FILE}`, updateNumber, UPDATE_NUMBER);
  router.delete(`${ACCOUNT}/IncomingPhoneNumbers/${JSON_FILE}`, releaseNumber);
}

/** True if the request lists hosted numbers only; there are none here. */
function wantsHosted(query: URLSearchParams): boolean {
  return findValue(query, 'Origin') === 'hosted';
}
