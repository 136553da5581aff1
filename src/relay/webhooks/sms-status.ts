// What became of a text that was sent: once it is delivered it is deleted at Twilio.
import type { Relay } from '../relay.js';
import { formatEmptyBody, formatRelayError, type RelayResponse } from './answer.js';
import type { WebhookForm } from './form.js';

/** Answers `sms_status`. */
export function handleSmsStatus(relay: Relay, form: WebhookForm): RelayResponse {
  const [status, sid] = [form.find('SmsStatus'), form.find('MessageSid')];
  if (status === undefined || sid === undefined) {
    return formatRelayError('json', 400, 'SmsStatus or MessageSid is missing.');
  }
  const errorCode = form.find('ErrorCode');
  relay.emit({ kind: 'text.status', sid, status, ...(errorCode && { errorCode }) });
  if (status !== 'delivered') return formatEmptyBody();
  // Deleted before its SID is known here, it would look as if it had never been sent, and be sent again.
  if (relay.outgoing.isKnown(sid)) relay.outgoing.addDeletion({ kind: 'forget-text', sid });
  else relay.receipts.keep(sid);
  return formatEmptyBody();
}
