// What a status callback says.

import type { Parameter } from '../webhooks/signature.js';
import type { Message } from './api/messages/store.js';

/** A change of a message's status. */
export interface StatusChange {
  readonly message: Message;
  readonly status: string;
  readonly errorCode: number | null;
}

/** The states that a network tells. */
const RECEIPTS = ['delivered', 'undelivered'];

/** The states after which none comes. */
export const LAST_STATES = [...RECEIPTS, 'failed', 'canceled'];

/**
 * The parameters of https://www.twilio.com/docs/messaging/guides/track-outbound-message-status.
 *
 * @param at when the status changed, milliseconds
 */
export function formatStatus(accountSid: string, change: StatusChange, at: number): Parameter[] {
  const { message, status, errorCode } = change;
  const { sid, sender, recipient, serviceSid } = message;
  const hasReceipt = recipient.startsWith('+1') && RECEIPTS.includes(status);
  return [
    ...(hasReceipt ? ([['RawDlrDoneDate', formatDoneDate(at)]] as const) : []),
    ['SmsSid', sid],
    ['SmsStatus', status],
    ['MessageStatus', status],
    ['To', recipient],
    ['MessageSid', sid],
    ['AccountSid', accountSid],
    ['From', sender],
    ['ApiVersion', '2010-04-01'],
    ...(serviceSid === null ? [] : ([['MessagingServiceSid', serviceSid]] as const)),
    ...(errorCode === null ? [] : ([['ErrorCode', String(errorCode)]] as const)),
  ];
}

/** `YYMMDDhhmm`, UTC. */
function formatDoneDate(at: number): string {
  return new Date(at).toISOString().replace(/\D/g, '').slice(2, 12);
}
