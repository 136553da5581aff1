// A call to a mask: connected with its owner.
import { decideCall } from '../policy/incoming.js';
import type { Relay } from '../relay.js';
import type { Known } from '../store/contacts.js';
import { formatDial, formatRelayError, formatSay, type RelayWebhookAnswer } from './answer.js';
import type { Form } from './form.js';

/** Answers `inbound_call`. */
export function answerInboundCall(relay: Relay, form: Form): RelayWebhookAnswer {
  const [caller, called] = [form.find('Caller'), form.find('Called')];
  if (caller === undefined || called === undefined) {
    return formatRelayError('xml', 400, 'Caller or Called is missing.');
  }
  const mask = relay.masks.find(called);
  if (!mask) return formatRelayError('xml', 400, 'No mask has this number.');
  let contact: Known | undefined;
  const decision = decideCall(mask, () => {
    contact = relay.contacts.meet(mask, caller);
    return contact?.isBlocked ?? false;
  });
  if (decision === 'connect') {
    if (contact) relay.contacts.countCall(contact);
    relay.masks.count(mask.id, 'callsForwarded');
    relay.tell({ kind: 'call.came', from: caller, mask: mask.number });
    return formatDial(caller, mask.realNumber);
  }
  relay.tell({ kind: 'call.refused', from: caller, mask: mask.number, why: decision });
  if (decision === 'out-of-seconds') return formatRelayError('xml', 400, 'The mask is out of minutes.');
  relay.masks.count(mask.id, 'callsBlocked');
  if (decision === 'disabled') return formatSay('This number takes no calls at the moment.');
  if (contact) relay.contacts.countBlocked(contact, 'callsBlocked');
  return formatRelayError('xml', 400, 'The mask takes no calls from this number.');
}
