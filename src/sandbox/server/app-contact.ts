// Remembers whether the app has ever asked the sandbox anything, and whether its webhooks fail.
import { formatWithoutPassword } from '../../origin.js';

/** What the sandbox has seen of the app since it started. Requests of relay-phone itself do not count. */
export interface AppContact {
  /** How many REST requests the app has sent with credentials that the sandbox knows. */
  readonly requests: number;
  /** How many were refused because of their credentials. */
  readonly refusedRequests: number;
  /** How many webhooks the app has answered, and how many of them with a 5xx. */
  readonly answeredWebhooks: number;
  readonly failedWebhooks: number;
  /** The last one with a 5xx; null if there is none. */
  readonly lastFailure: {
    readonly url: string;
    readonly status: number;
    /** In the app's words; null if it did not say. */
    readonly reason: string | null;
  } | null;
}

/** The memory. */
export interface AppContactLog {
  /** Counts an answered REST request of the app. */
  noteRequest(status: number): void;
  /** Counts an answered webhook. */
  noteWebhook(url: string, status: number, reason: string | null): void;
  read(): AppContact;
}

/** Creates an empty memory. It outlives a reset: the app is the same. */
export function createAppContactLog(): AppContactLog {
  let [requests, refusedRequests, answeredWebhooks, failedWebhooks] = [0, 0, 0, 0];
  let lastFailure: AppContact['lastFailure'] = null;
  return {
    noteRequest: (status) => {
      if (status === 401) refusedRequests += 1;
      else requests += 1;
    },
    noteWebhook: (url, status, reason) => {
      answeredWebhooks += 1;
      if (status < 500) return;
      failedWebhooks += 1;
      lastFailure = { url: formatWithoutPassword(url), status, reason };
    },
    read: () => ({ requests, refusedRequests, answeredWebhooks, failedWebhooks, lastFailure }),
  };
}
