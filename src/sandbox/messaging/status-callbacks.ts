// The status callbacks of messages: for which changes they are sent, in which order, and their parameters.
import type { Clock } from '../platform/clock.js';
import type { OpenTraces } from '../platform/events/open-traces.js';
import type { TraceContext } from '../platform/events/stream.js';
import type { WebhookDispatch } from '../webhooks/dispatch.js';
import type { Parameter } from '../webhooks/signature.js';
import { createStatusCallbackQueue, type StatusCallback } from '../webhooks/status-callbacks.js';
import type { Message } from './api/messages/message.js';
import type { TextGateway } from './text-gateway.js';

/** A change of a message's status. */
export interface StatusChange {
  readonly message: Message;
  readonly status: string;
  readonly errorCode: number | null;
}

/** The status callbacks of all messages. */
export interface MessageStatusCallbacks {
  /** Sends the callback for a change, if Twilio sends one for its status. */
  report(change: StatusChange, trace: TraceContext): void;
  /** Sends the callbacks held for a message; call it if no final status will be reported. */
  end(sid: string): void;
  /** Drops the callbacks that wait. */
  clear(): void;
}

/** What status callbacks need. */
export interface StatusCallbackDeps {
  readonly accountSid: string;
  readonly webhooks: WebhookDispatch;
  readonly clock: Clock;
  readonly traces: OpenTraces;
  readonly phones: Pick<TextGateway, 'behaviourOf'>;
}

/** The statuses that the recipient's network reports. */
const RECEIPTS = ['delivered', 'undelivered'];

/** The final statuses of texts to a phone that does not report what was read. */
const FINAL = [...RECEIPTS, 'failed', 'canceled'];

/** The statuses with a callback; see https://www.twilio.com/docs/messaging/guides/track-outbound-message-status. */
const REPORTED = ['queued', 'sent', ...FINAL, 'read'];

/** Creates the status callbacks; none waits yet. */
export function createMessageStatusCallbacks(deps: StatusCallbackDeps): MessageStatusCallbacks {
  const { accountSid, clock, phones } = deps;
  const queue = createStatusCallbackQueue(deps);
  /** The callbacks of texts to phones with reordered callbacks, held until the message's last one: newest first. */
  const held = new Map<string, { readonly createdAt: number; readonly callbacks: StatusCallback[] }>();

  function report(change: StatusChange, trace: TraceContext): void {
    if (!REPORTED.includes(change.status)) return;
    const { sid, recipient, createdAt } = change.message;
    const callback = formatCallback(accountSid, change, trace, clock.now());
    const { callbacks, texts } = phones.behaviourOf(recipient);
    if (callbacks === 'reordered') {
      held.set(sid, { createdAt, callbacks: [callback, ...(held.get(sid)?.callbacks ?? [])] });
      const isLast =
        texts === 'read' && change.status === 'delivered' ? false : FINAL.includes(change.status);
      if (isLast || change.status === 'read') end(sid);
    } else {
      queue.add(sid, createdAt, callbacks === 'duplicated' ? [callback, callback] : [callback]);
    }
  }

  function end(sid: string): void {
    const entry = held.get(sid);
    if (!entry) return;
    held.delete(sid);
    queue.add(sid, entry.createdAt, entry.callbacks);
  }

  return {
    report,
    end,
    clear: () => {
      queue.clear();
      held.clear();
    },
  };
}

function formatCallback(
  accountSid: string,
  change: StatusChange,
  trace: TraceContext,
  at: number,
): StatusCallback {
  const { sid, sender, recipient, serviceSid, statusCallback } = change.message;
  return {
    purpose: 'text-status',
    sid,
    serviceSid,
    url: statusCallback ?? '',
    method: 'POST',
    numbers: [recipient, sender],
    parameters: formatParameters(accountSid, change, at),
    trace,
  };
}

/** The parameters, in the order of https://www.twilio.com/docs/messaging/guides/track-outbound-message-status. */
function formatParameters(accountSid: string, change: StatusChange, at: number): Parameter[] {
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

/** Formats milliseconds since 1970 as `YYMMDDhhmm`, UTC. */
function formatDoneDate(at: number): string {
  return new Date(at).toISOString().replace(/\D/g, '').slice(2, 12);
}
