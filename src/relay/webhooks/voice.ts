// Handles Twilio's call webhooks: `inbound_call` connects the caller with the owner, `voice_status` counts the seconds.
import { formatDial, formatEmptyBody, formatRelayError, formatSay, type RelayResponse } from '../http.js';
import { decideCall } from '../policy/incoming.js';
import type { Relay } from '../relay.js';
import type { ContactRef } from '../store/contacts.js';
import type { WebhookForm } from './authenticate.js';

/** Answers `inbound_call` with TwiML: `<Dial>` to the owner's phone, or a refusal. */
export function handleInboundCall(relay: Relay, form: WebhookForm): RelayResponse {
  const [caller, called] = [form.find('Caller'), form.find('Called')];
  if (caller === undefined || called === undefined) {
    return formatRelayError('xml', 400, 'Caller or Called is missing.');
  }
  const mask = relay.masks.find(called);
  if (!mask) return formatRelayError('xml', 400, 'No mask has this number.');
  let contact: ContactRef | undefined;
  const decision = decideCall(mask, () => {
    contact = relay.contacts.findOrCreate(mask, caller);
    return contact?.isBlocked ?? false;
  });
  if (decision === 'connect') {
    if (contact) relay.contacts.countCall(contact);
    relay.masks.increment(mask.id, 'callsForwarded');
    relay.emit({ kind: 'call.came', from: caller, mask: mask.number });
    // Twilio takes no SIP address as the caller id of a `<Number>`: the owner is shown the mask.
    return formatDial(/^sips?:/i.test(caller) ? mask.number : caller, mask.realNumber);
  }
  relay.emit({ kind: 'call.refused', from: caller, mask: mask.number, why: decision });
  if (decision === 'out-of-seconds') return formatRelayError('xml', 400, 'The mask is out of minutes.');
  relay.masks.increment(mask.id, 'callsBlocked');
  if (decision === 'disabled') return formatSay('This number takes no calls at the moment.');
  if (contact) relay.contacts.countBlocked(contact, 'callsBlocked');
  return formatRelayError('xml', 400, 'The mask takes no calls from this number.');
}

/** Answers `voice_status`: a completed call uses up its seconds and is deleted at Twilio. */
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
