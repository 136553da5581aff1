// The alerts on the monitor API.
import { answer, type RestAnswer } from '../../server/answer.js';
import { findMoment, findValue, readQuery } from '../../server/form.js';
import { formatMetaPage, readPage } from '../../server/paging.js';
import { type RestApp, type RestContext, verifyRowFound } from '../../server/router.js';
import { ALERTS_URL, formatAlert, formatWholeAlert } from './format.js';
import type { AlertStore } from './store.js';

const PATH = '/v1/Alerts';

/** What the routes of alerts need. */
export interface AlertApiDeps {
  readonly alerts: AlertStore;
  readonly accountSid: string;
}

/** Routes of https://www.twilio.com/docs/usage/monitor-alert. */
export function addAlertRoutes(app: RestApp, { alerts, accountSid }: AlertApiDeps): void {
  const format = formatAlert.bind(undefined, accountSid);

  function listAlerts(context: RestContext): RestAnswer {
    const query = readQuery(context);
    const request = readPage(query, ['LogLevel', 'StartDate', 'EndDate']);
    const rows = alerts.list(request.window, {
      logLevel: findValue(query, 'LogLevel'),
      from: findMoment(query, 'StartDate'),
      to: findMoment(query, 'EndDate'),
    });
    return answer(PATH, 200, formatMetaPage(ALERTS_URL, request, 'alerts', rows, format));
  }

  app.get(PATH, listAlerts);
  app.get(`${PATH}/:sid`, (context) => {
    const found = verifyRowFound(context, alerts.find(context.params.sid ?? ''));
    return answer(PATH, 200, formatWholeAlert(accountSid, found));
  });
}
