// The header with which our small Relay announces the requests that a webhook will still lead to.

/**
 * In the answer to a webhook: how many requests to Twilio the app will make because of it after this answer. The sandbox
 * keeps the trace of the webhook open until it has had them. Twilio ignores headers that it does not know.
 */
export const PENDING_WORK_HEADER = 'relay-phone-pending';
