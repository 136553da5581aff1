// An alert as the monitor API shows it.

import { formatIsoTime } from '../../platform/formats.js';
import { MORE_INFO } from '../../server/problem.js';
import type { Alert } from './store.js';

/** Where alerts are listed. */
export const ALERTS_URL = 'https://monitor.twilio.com/v1/Alerts';

/** The wire form of an alert in a list; see https://www.twilio.com/docs/usage/monitor-alert. */
export function formatAlert(accountSid: string, alert: Alert) {
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

/** The wire form of an alert that is fetched alone: with the request it is about, and the answer to that. */
export function formatWholeAlert(accountSid: string, alert: Alert) {
  return {
    ...formatAlert(accountSid, alert),
    request_headers: null,
    request_variables: alert.requestVariables,
    response_body: alert.responseBody,
    response_headers: alert.responseHeaders,
  };
}

function formatText({ message, errorCode, logLevel, requestUrl }: Alert): string {
  const text = new URLSearchParams({ Msg: message, ErrorCode: String(errorCode) });
  text.set('LogLevel', logLevel.toUpperCase());
  if (requestUrl !== null) text.set('url', requestUrl);
  return String(text);
}
