// TwiML apps, which hold webhook URLs: https://www.twilio.com/docs/usage/api/applications.
import { answer, answerDeleted, type RestAnswer } from '../../server/answer.js';
import { findFriendlyName, findValue, readQuery, readRestForm } from '../../server/form.js';
import { formatPage, readPage } from '../../server/paging.js';
import { ACCOUNT } from '../../server/paths.js';
import {
  JSON_FILE,
  nameInPath,
  type RestContext,
  type RestRouter,
  verifyRowFound,
} from '../../server/router.js';
import { applyForm, verifyFallbacks } from '../../webhooks/settings.js';
import { APPLICATION_SETTINGS, formatApplication } from './format.js';
import { APPLICATION_PARAMETERS, LIST_APPLICATIONS } from './parameters.js';
import type { ApplicationStore } from './store.js';

/** What the routes of TwiML apps need. */
export interface ApplicationApiDeps {
  readonly applications: ApplicationStore;
  readonly accountSid: string;
  readonly now: () => number;
}

/** Adds the routes of TwiML apps. */
export function addApplicationRoutes(
  router: RestRouter,
  { applications, accountSid, now }: ApplicationApiDeps,
): void {
  const format = formatApplication.bind(undefined, accountSid);

  function readSettings(form: URLSearchParams, current = {}) {
    const settings = applyForm(APPLICATION_SETTINGS, current, form, () => false);
    verifyFallbacks(settings);
    return settings;
  }

  async function createApplication(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const created = applications.insert(findFriendlyName(form) ?? '', readSettings(form), now());
    return answer(context.path, 201, format(created));
  }

  function fetchApplication(context: RestContext): RestAnswer {
    const found = verifyRowFound(context, applications.find(nameInPath(context)));
    return answer(context.path, 200, format(found));
  }

  async function updateApplication(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const { sid, friendlyName, settings } = verifyRowFound(context, applications.find(nameInPath(context)));
    applications.update(sid, findFriendlyName(form) ?? friendlyName, readSettings(form, settings), now());
    return fetchApplication(context);
  }

  function deleteApplication(context: RestContext): RestAnswer {
    verifyRowFound(context, applications.remove(nameInPath(context)) || undefined);
    return answerDeleted(context.path);
  }

  function listApplications(context: RestContext): RestAnswer {
    const query = readQuery(context);
    const request = readPage(query, ['FriendlyName']);
    const rows = applications.list(request.window, findValue(query, 'FriendlyName'));
    return answer(context.path, 200, formatPage(context.path, request, 'applications', rows, format));
  }

  router.get(`${ACCOUNT}/Applications.json`, listApplications, LIST_APPLICATIONS);
  router.post(`${ACCOUNT}/Applications.json`, createApplication, APPLICATION_PARAMETERS);
  router.get(`${ACCOUNT}/Applications/${JSON_FILE}`, fetchApplication);
  router.post(`${ACCOUNT}/Applications/${JSON_FILE}`, updateApplication, APPLICATION_PARAMETERS);
  router.delete(`${ACCOUNT}/Applications/${JSON_FILE}`, deleteApplication);
}
