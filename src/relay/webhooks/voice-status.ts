// A call that ended: its seconds are counted, and it is deleted at Twilio.
import type { Relay } from '../relay.js';
import { formatEmptyBody, formatRelayError, type RelayResponse } from './answer.js';
import type { WebhookForm } from './form.js';

/** Answers `voice_status`. */
export function handleVoiceStatus(relay: Relay, form: WebhookForm): RelayResponse {
  const [sid, called, status] = [form.find('CallSid'), form.find('Called'), form.find('CallStatus')];
  if (sid === undefined || called === undefined || status === undefined) {
    return formatRelayError('json', 400, 'CallSid, Called or CallStatus is missing.');
  }
  if (status !== 'completed') return formatEmptyBody();
  const duration = Number.parseInt(form.find('CallDuration') ?? '', 10);
  if (!(duration >= 0)) return formatRelayError('json', 400, 'CallDuration is missing.');
  const mask = relay.masks.find(called);
  if (!mask) return formatRelayError('json', 400, 'No mask has this number.');
  relay.masks.useSeconds(mask.id, duration);
  relay.outgoing.addDeletion({ kind: 'forget-call', sid });
  relay.emit({ kind: 'call.ended', mask: mask.number, seconds: duration });
  return formatEmptyBody();
}
