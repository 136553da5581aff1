// A call that ended: its seconds are counted, and it is deleted at Twilio.
import type { Relay } from '../relay.js';
import { formatEmpty, formatRelayError, type RelayWebhookAnswer } from './answer.js';
import type { Form } from './form.js';

/** Answers `voice_status`. */
export function receiveCallStatus(relay: Relay, form: Form): RelayWebhookAnswer {
  const [sid, called, status] = [form.find('CallSid'), form.find('Called'), form.find('CallStatus')];
  if (sid === undefined || called === undefined || status === undefined) {
    return formatRelayError('json', 400, 'CallSid, Called or CallStatus is missing.');
  }
  if (status !== 'completed') return formatEmpty();
  const duration = Number.parseInt(form.find('CallDuration') ?? '', 10);
  if (!(duration >= 0)) return formatRelayError('json', 400, 'CallDuration is missing.');
  const mask = relay.masks.find(called);
  if (!mask) return formatRelayError('json', 400, 'No mask has this number.');
  relay.masks.useSeconds(mask.id, duration);
  relay.outgoing.addForgettable({ kind: 'forget-call', sid });
  relay.tell({ kind: 'call.ended', mask: mask.number, seconds: duration });
  return formatEmpty();
}
