// Alerts of the Monitor API: https://www.twilio.com/docs/usage/monitor-alert.
import { formatIsoTime } from '../../platform/formats.js';
import { answer, type RestAnswer } from '../../server/answer.js';
import { findMoment, findValue, readQuery } from '../../server/form.js';
import { formatMetaPage, readPage } from '../../server/paging.js';
import { does, PAGING } from '../../server/parameters.js';
import { MORE_INFO } from '../../server/problem.js';
import { type RestContext, type RestRouter, verifyRowFound } from '../../server/router.js';
import type { Alert, AlertStore } from './store.js';

const PATH = '/v1/Alerts';
const ALERTS_URL = `https://monitor.twilio.com${PATH}`;

/** What the routes of alerts need. */
export interface AlertApiDeps {
  readonly alerts: AlertStore;
  readonly accountSid: string;
}

/** Adds the routes of alerts, which are read-only. */
export function addAlertRoutes(router: RestRouter, { alerts, accountSid }: AlertApiDeps): void {
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

  router.get(PATH, listAlerts, { LogLevel: does, StartDate: does, EndDate: does, ...PAGING });
  router.get(`${PATH}/:sid`, (context) => {
    const found = verifyRowFound(context, alerts.find(context.params.sid ?? ''));
    return answer(PATH, 200, formatSingleAlert(accountSid, found));
  });
}

/** Formats an alert of a list. */
function formatAlert(accountSid: string, alert: Alert) {
  const at = formatIsoTime(alert.createdAt);
  return {
    account_sid: accountSid,
    alert_text: formatText(alert),
    api_version: '2010-04-01',
    date_created: at,
    date_generated: at,
    date_updated: at,
    error_code: String(alert.errorCode),
    log_level: alert.logLevel,
    more_info: MORE_INFO + alert.errorCode,
    request_method: alert.requestMethod,
    request_url: alert.requestUrl,
    resource_sid: alert.resourceSid,
    service_sid: alert.serviceSid,
    sid: alert.sid,
    url: `${ALERTS_URL}/${alert.sid}`,
  };
}

/** Formats an alert that is fetched alone: with the webhook's request and its answer. */
function formatSingleAlert(accountSid: string, alert: Alert) {
  return {
    ...formatAlert(accountSid, alert),
    request_headers: null,
    request_variables: alert.requestVariables,
    response_body: alert.responseBody,
    response_headers: alert.responseHeaders,
  };
}

/**
 * The text of an alert, as form parameters. The names `lineNumber` and `columnNumber` are not documented; `parserMessage`
 * and the `Msg` of a schema warning are those of recorded alerts.
 */
function formatText({ message, errorCode, logLevel, requestUrl, lineNumber, columnNumber }: Alert): string {
  const isOfSchema = errorCode === SCHEMA_WARNING;
  const text = new URLSearchParams({ Msg: isOfSchema ? 'XML Validation warning' : message });
  text.set('ErrorCode', String(errorCode));
  text.set('LogLevel', logLevel.toUpperCase());
  if (requestUrl !== null) text.set('url', requestUrl);
  if (isOfSchema) text.set('parserMessage', message);
  if (lineNumber !== null) text.set('lineNumber', String(lineNumber));
  if (columnNumber !== null) text.set('columnNumber', String(columnNumber));
  return String(text);
}

const SCHEMA_WARNING = 12200;
