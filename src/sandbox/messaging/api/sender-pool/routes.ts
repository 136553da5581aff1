// REST PhoneNumbers of a Messaging Service: https://www.twilio.com/docs/messaging/api/phonenumber-resource.
import type { NumberStore } from '../../../numbers/incoming-phone-numbers/store.js';
import { findBlock } from '../../../numbers/inventory.js';
import { formatIsoTime } from '../../../platform/formats.js';
import { answer, answerDeleted, type RestAnswer } from '../../../server/answer.js';
import { findValue, readQuery, readRestForm } from '../../../server/form.js';
import { formatMetaPage, readPage } from '../../../server/paging.js';
import { does, PAGING } from '../../../server/parameters.js';
import { missingParameter, resourceNotFound } from '../../../server/problem.js';
import { type RestContext, type RestRouter, verifyRowFound } from '../../../server/router.js';
import { SERVICES, SERVICES_URL, verifyService } from '../services/routes.js';
import type { ServiceStore } from '../services/store.js';
import type { PooledNumber, SenderPool } from './store.js';

const POOL = `${SERVICES}/:service/PhoneNumbers`;

/** What the resource needs. */
export interface SenderPoolRouteDeps {
  readonly accountSid: string;
  readonly services: ServiceStore;
  readonly pool: SenderPool;
  readonly numbers: Pick<NumberStore, 'find'>;
  readonly now: () => number;
}

/** Adds the routes. */
export function addSenderPoolRoutes(router: RestRouter, deps: SenderPoolRouteDeps): void {
  const { accountSid, pool, numbers, now } = deps;
  const format = formatPooledNumber.bind(undefined, accountSid);

  async function addNumber(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const { sid } = verifyService(context, deps);
    const wanted = findValue(form, 'PhoneNumberSid');
    if (wanted === undefined) throw missingParameter('PhoneNumberSid');
    const number = numbers.find(wanted);
    if (!number) throw resourceNotFound(`${context.path}/${wanted}`);
    return answer(POOL, 201, format(pool.add(sid, number, now())));
  }

  function findNumber(context: RestContext) {
    const { sid } = verifyService(context, deps);
    return verifyRowFound(context, pool.find(sid, context.params.number ?? ''));
  }

  function removeNumber(context: RestContext): RestAnswer {
    const { serviceSid, sid } = findNumber(context);
    pool.remove(serviceSid, sid);
    return answerDeleted(POOL);
  }

  function listNumbers(context: RestContext): RestAnswer {
    const { sid } = verifyService(context, deps);
    const request = readPage(readQuery(context));
    const url = `${SERVICES_URL}/${sid}/PhoneNumbers`;
    const rows = pool.list(sid, request.window);
    return answer(POOL, 200, formatMetaPage(url, request, 'phone_numbers', rows, format));
  }

  router.get(POOL, listNumbers, PAGING);
  router.post(POOL, addNumber, { PhoneNumberSid: does });
  router.get(`${POOL}/:number`, (context) => answer(POOL, 200, format(findNumber(context))));
  router.delete(`${POOL}/:number`, removeNumber);
}

/** The wire form of a number in a service. */
function formatPooledNumber(accountSid: string, number: PooledNumber) {
  const { sid, phoneNumber, serviceSid, createdAt } = number;
  const block = findBlock(phoneNumber);
  const { voice, sms, mms } = block?.capabilities ?? {};
  return {
    account_sid: accountSid,
    capabilities: [...(mms ? ['MMS'] : []), ...(sms ? ['SMS'] : []), ...(voice ? ['Voice'] : [])],
    country_code: block?.country,
    date_created: formatIsoTime(createdAt),
    date_updated: formatIsoTime(createdAt),
    phone_number: phoneNumber,
    service_sid: serviceSid,
    sid,
    url: `${SERVICES_URL}/${serviceSid}/PhoneNumbers/${sid}`,
  };
}
