// What became of a text that was sent: once it is delivered it is deleted at Twilio.
import type { Relay } from '../relay.js';
import { formatEmpty, formatRelayError, type RelayWebhookAnswer } from './answer.js';
import type { Form } from './form.js';

/** Answers `sms_status`. */
export function receiveTextStatus(relay: Relay, form: Form): RelayWebhookAnswer {
  const [status, sid] = [form.find('SmsStatus'), form.find('MessageSid')];
  if (status === undefined || sid === undefined) {
    return formatRelayError('json', 400, 'SmsStatus or MessageSid is missing.');
  }
  const errorCode = form.find('ErrorCode');
  relay.tell({ kind: 'text.status', sid, status, ...(errorCode && { errorCode }) });
  if (status !== 'delivered') return formatEmpty();
  // Deleted before its SID is known here, it would look as if it had never been sent, and be sent again.
  if (relay.outgoing.isKnown(sid)) relay.outgoing.addForgettable({ kind: 'forget-text', sid });
  else relay.receipts.keep(sid);
  return formatEmpty();
}
