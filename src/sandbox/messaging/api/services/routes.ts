// The life of Messaging Services on the messaging API.
import { answer, answerDeleted, type RestAnswer } from '../../../server/answer.js';
import { findFriendlyName, readQuery, readRestForm } from '../../../server/form.js';
import { formatMetaPage, readPage } from '../../../server/paging.js';
import { missingParameter } from '../../../server/problem.js';
import { type RestApp, type RestContext, verifyRowFound } from '../../../server/router.js';
import type { World } from '../../../world.js';
import { formatService, SERVICES_URL } from './format.js';
import { applyServiceForm } from './settings.js';
import type { MessagingService } from './store.js';

/** The path of all services. */
export const SERVICES = '/v1/Services';

/** Routes of https://www.twilio.com/docs/messaging/api/service-resource. */
export function addServiceRoutes(app: RestApp, world: World): void {
  const { services, compliance } = world;

  function format(service: MessagingService) {
    return formatService(world.accountSid, service, compliance.isRegistered(service.sid));
  }

  async function createService(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const friendlyName = findFriendlyName(form);
    if (friendlyName === undefined) throw missingParameter('FriendlyName');
    const created = services.insert(friendlyName, applyServiceForm(form), world.now());
    return answer(SERVICES, 201, format(created));
  }

  function fetchService(context: RestContext): RestAnswer {
    return answer(SERVICES, 200, format(verifyService(context, world)));
  }

  async function updateService(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const { sid, friendlyName, settings } = verifyService(context, world);
    const name = findFriendlyName(form) ?? friendlyName;
    services.update(sid, name, applyServiceForm(form, settings), world.now());
    return fetchService(context);
  }

  function deleteService(context: RestContext): RestAnswer {
    services.remove(verifyService(context, world).sid);
    return answerDeleted(SERVICES);
  }

  function listServices(context: RestContext): RestAnswer {
    const request = readPage(readQuery(context));
    const rows = services.list(request.window);
    return answer(SERVICES, 200, formatMetaPage(SERVICES_URL, request, 'services', rows, format));
  }

  app.get(SERVICES, listServices);
  app.post(SERVICES, createService);
  app.get(`${SERVICES}/:service`, fetchService);
  app.post(`${SERVICES}/:service`, updateService);
  app.delete(`${SERVICES}/:service`, deleteService);
}

/**
 * The service that a path below {@link SERVICES} names.
 *
 * @throws TwilioProblem 20404 when there is none.
 */
export function verifyService(context: RestContext, { services }: World): MessagingService {
  return verifyRowFound(context, services.find(context.params.service ?? ''));
}
