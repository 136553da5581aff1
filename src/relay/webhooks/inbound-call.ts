// A call to a mask: connected with its owner.
import { decideCall } from '../policy/incoming.js';
import type { Relay } from '../relay.js';
import type { ContactRef } from '../store/contacts.js';
import { formatDial, formatRelayError, formatSay, type RelayResponse } from './answer.js';
import type { WebhookForm } from './form.js';

/** Answers `inbound_call`. */
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
    return formatDial(caller, mask.realNumber);
  }
  relay.emit({ kind: 'call.refused', from: caller, mask: mask.number, why: decision });
  if (decision === 'out-of-seconds') return formatRelayError('xml', 400, 'The mask is out of minutes.');
  relay.masks.increment(mask.id, 'callsBlocked');
  if (decision === 'disabled') return formatSay('This number takes no calls at the moment.');
  if (contact) relay.contacts.countBlocked(contact, 'callsBlocked');
  return formatRelayError('xml', 400, 'The mask takes no calls from this number.');
}
