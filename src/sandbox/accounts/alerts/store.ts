// The table of the newest thousand alerts: what went wrong in webhooks and TwiML.
import { formatWithoutPassword } from '../../../origin.js';
import type { Store } from '../../platform/database.js';
import { createSid } from '../../platform/formats.js';
import type { SandboxAlert, TextPosition } from '../../platform/sandbox-alert.js';
import { createCounter, createListing, type Numbered, type Window } from '../../platform/table.js';

const MAX_ALERTS = 1000;

/** The fields of a new alert. */
export interface NewAlert {
  /** A code of https://www.twilio.com/docs/api/errors. */
  readonly errorCode: number;
  readonly logLevel: 'error' | 'warning';
  readonly message: string;
  /** The URL of the webhook's request. */
  readonly requestUrl?: string;
  readonly requestMethod?: string;
  /** Of the message or call. */
  readonly resourceSid?: string;
  readonly serviceSid?: string | null;
  /** The request's parameters, form-encoded. */
  readonly requestVariables?: string;
  readonly responseBody?: string;
  readonly responseHeaders?: string;
  /** Where the document is wrong. */
  readonly position?: TextPosition | undefined;
}

/** An alert as stored. Times are milliseconds since 1970. */
export interface Alert extends Numbered {
  readonly errorCode: number;
  readonly logLevel: NewAlert['logLevel'];
  readonly message: string;
  readonly requestUrl: string | null;
  readonly requestMethod: string | null;
  readonly resourceSid: string | null;
  readonly serviceSid: string | null;
  readonly requestVariables: string | null;
  readonly responseBody: string | null;
  readonly responseHeaders: string | null;
  readonly createdAt: number;
  /** Where the document is wrong, both from 1; null if no place is known. */
  readonly lineNumber: number | null;
  readonly columnNumber: number | null;
}

/** Which alerts to list; a missing field matches all. Times are milliseconds since 1970, both inclusive. */
export interface AlertFilter {
  readonly logLevel?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** The table of alerts. */
export interface AlertStore {
  /** Adds an alert, and deletes the oldest if there are more than a thousand. */
  add(alert: NewAlert): void;
  find(sid: string): Alert | undefined;
  list(window: Window, filter: AlertFilter): Alert[];
  /** All alerts, or those about one message or call, oldest first. */
  summaries(resourceSid?: string): SandboxAlert[];
}

const FILTER = `(:level IS NULL OR logLevel = :level)
  AND (:from IS NULL OR createdAt >= :from) AND (:to IS NULL OR createdAt <= :to)`;

/** Opens the table of alerts. */
export function createAlertStore(store: Store, now: () => number): AlertStore {
  const nextRow = createCounter(store, 'alerts');
  const insert = store.query('INSERT INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const deleteOld = store.query('DELETE FROM alerts WHERE seq <= ?');
  const find = store.query<Alert>('SELECT * FROM alerts WHERE sid = ?');
  const list = createListing<Alert>(store, 'alerts', FILTER);
  const all = store.query<Alert>('SELECT * FROM alerts ORDER BY seq');
  const about = store.query<Alert>('SELECT * FROM alerts WHERE resourceSid = ? ORDER BY seq');
  return {
    add: ({ errorCode, logLevel, message, ...about }) => {
      const seq = nextRow();
      insert.run(
        seq,
        createSid('NO', seq),
        errorCode,
        logLevel,
        message,
        about.requestUrl ?? null,
        about.requestMethod ?? null,
        about.resourceSid ?? null,
        about.serviceSid ?? null,
        about.requestVariables ?? null,
        about.responseBody ?? null,
        about.responseHeaders ?? null,
        now(),
        about.position?.line ?? null,
        about.position?.column ?? null,
      );
      deleteOld.run(seq - MAX_ALERTS);
    },
    find: (sid) => find.get(sid),
    list: (window, { logLevel, from, to }) =>
      list(window, { level: logLevel ?? null, from: from ?? null, to: to ?? null }),
    summaries: (resourceSid) =>
      (resourceSid === undefined ? all.all() : about.all(resourceSid)).map(summarize),
  };
}

function summarize(alert: Alert): SandboxAlert {
  const { sid, errorCode, logLevel, message, requestUrl, resourceSid } = alert;
  return {
    sid,
    at: new Date(alert.createdAt).toISOString(),
    errorCode,
    logLevel,
    message,
    url: requestUrl === null ? null : formatWithoutPassword(requestUrl),
    line: alert.lineNumber,
    column: alert.columnNumber,
    resourceSid,
  };
}
