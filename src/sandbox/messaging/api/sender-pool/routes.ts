// The numbers of a Messaging Service on the messaging API.
import { answer, answerDeleted, type RestAnswer } from '../../../server/answer.js';
import { findValue, readQuery, readRestForm } from '../../../server/form.js';
import { formatMetaPage, readPage } from '../../../server/paging.js';
import { missingParameter, resourceNotFound } from '../../../server/problem.js';
import { type RestApp, type RestContext, verifyRowFound } from '../../../server/router.js';
import type { World } from '../../../world.js';
import { formatPooledNumber, SERVICES_URL } from '../services/format.js';
import { SERVICES, verifyService } from '../services/routes.js';

const POOL = `${SERVICES}/:service/PhoneNumbers`;

/** Routes of https://www.twilio.com/docs/messaging/api/phonenumber-resource. */
export function addPoolRoutes(app: RestApp, world: World): void {
  const { pool } = world;
  const format = formatPooledNumber.bind(undefined, world.accountSid);

  async function addNumber(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const { sid } = verifyService(context, world);
    const wanted = findValue(form, 'PhoneNumberSid');
    if (wanted === undefined) throw missingParameter('PhoneNumberSid');
    const number = world.numbers.find(wanted);
    if (!number) throw resourceNotFound(`${context.path}/${wanted}`);
    return answer(POOL, 201, format(pool.add(sid, number, world.now())));
  }

  function findNumber(context: RestContext) {
    const { sid } = verifyService(context, world);
    return verifyRowFound(context, pool.find(sid, context.params.number ?? ''));
  }

  function removeNumber(context: RestContext): RestAnswer {
    const { serviceSid, sid } = findNumber(context);
    pool.remove(serviceSid, sid);
    return answerDeleted(POOL);
  }

  function listNumbers(context: RestContext): RestAnswer {
    const { sid } = verifyService(context, world);
    const request = readPage(readQuery(context));
    const url = `${SERVICES_URL}/${sid}/PhoneNumbers`;
    const rows = pool.list(sid, request.window);
    return answer(POOL, 200, formatMetaPage(url, request, 'phone_numbers', rows, format));
  }

  app.get(POOL, listNumbers);
  app.post(POOL, addNumber);
  app.get(`${POOL}/:number`, (context) => answer(POOL, 200, format(findNumber(context))));
  app.delete(`${POOL}/:number`, removeNumber);
}
