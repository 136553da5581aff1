// A text to a mask: forwarded to its owner, or, when the owner sent it, to a contact.
import { decideText } from '../policy/incoming.js';
import { decideReply, type ReplyRefusal } from '../policy/reply.js';
import { formatForwards, formatRefusal } from '../policy/wording.js';
import type { Relay } from '../relay.js';
import type { Known } from '../store/contacts.js';
import type { Mask } from '../store/masks.js';
import { formatNothing, formatRelayError, type RelayWebhookAnswer } from './answer.js';
import type { Form } from './form.js';

interface Text {
  readonly mask: Mask;
  readonly from: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
}

/** Refusals that Twilio is told of too, as Firefox Relay does. */
const CRITICAL: ReadonlySet<ReplyRefusal['code']> = new Set(['no_phone_log', 'no_previous_sender']);

/** Answers `inbound_sms`. What it leads to is written down, and sent later. */
export function answerInboundSms(relay: Relay, form: Form): RelayWebhookAnswer {
  const [from, to, body] = [form.find('From'), form.find('To'), form.find('Body')];
  // Without its SID it could not be told from one that came before.
  if (from === undefined || to === undefined || body === undefined || !form.find('MessageSid')) {
    return formatRelayError('xml', 400, 'From, To, Body or MessageSid is missing.');
  }
  const mask = relay.masks.find(to);
  if (!mask) return formatRelayError('xml', 400, 'No mask has this number.');
  const text = { mask, from, body, mediaUrls: readMedia(form) };
  let contact: Known | undefined;
  const decision = decideText(mask, from, () => {
    contact = relay.contacts.meet(mask, from);
    return contact?.isBlocked ?? false;
  });
  if (decision === 'forward') return forward(relay, text, contact);
  if (decision === 'reply') return relayReply(relay, text);
  relay.tell({ kind: 'text.dropped', from, mask: mask.number, why: decision });
  if (decision === 'out-of-texts') return formatRelayError('xml', 400, 'The mask is out of texts.');
  relay.masks.count(mask.id, 'textsBlocked');
  if (decision === 'disabled') return formatNothing(200);
  if (contact) relay.contacts.countBlocked(contact, 'textsBlocked');
  return formatRelayError('xml', 400, 'The mask takes no texts from this number.');
}

function forward(
  relay: Relay,
  { mask, from, body, mediaUrls }: Text,
  contact: Known | undefined,
): RelayWebhookAnswer {
  const parts = formatForwards(from, body);
  for (const [index, part] of parts.entries()) {
    const sender = index === 0 ? contact : undefined;
    const id = relay.outgoing.addText({
      purpose: 'forward',
      lane: laneOf(mask, from),
      maskId: mask.id,
      sender: mask.number,
      recipient: mask.realNumber,
      body: part,
      mediaUrls: index === 0 ? mediaUrls : [],
      contactId: sender?.id ?? null,
    });
    if (sender) relay.contacts.countText(sender, id);
  }
  relay.masks.useTexts(mask.id, parts.length);
  relay.tell({ kind: 'text.came', from, mask: mask.number, length: body.length, media: mediaUrls.length });
  return formatNothing(201);
}

function relayReply(relay: Relay, { mask, from, body, mediaUrls }: Text): RelayWebhookAnswer {
  const decision = decideReply({
    body,
    hasMedia: mediaUrls.length > 0,
    keepsLog: mask.keepsLog,
    readsPrefixes: relay.readsPrefixes,
    contacts: relay.contacts.numbers(mask.id),
    lastSender: relay.contacts.findLastSender(mask.id),
  });
  if (decision.kind === 'refuse') return refuse(relay, mask, decision.refusal);
  const { to, body: words } = decision;
  relay.outgoing.addText({
    purpose: 'reply',
    lane: laneOf(mask, to),
    maskId: mask.id,
    sender: mask.number,
    recipient: to,
    body: words,
    mediaUrls,
  });
  relay.masks.useTexts(mask.id, 1);
  relay.tell({ kind: 'reply.came', from, mask: mask.number, length: words.length, media: mediaUrls.length });
  return formatNothing(200);
}

/** The owner learns why; that costs none of the texts that are left. */
function refuse(relay: Relay, mask: Mask, refusal: ReplyRefusal): RelayWebhookAnswer {
  const body = formatRefusal(refusal);
  relay.outgoing.addText({
    purpose: 'notice',
    lane: laneOf(mask, mask.realNumber),
    maskId: mask.id,
    sender: mask.number,
    recipient: mask.realNumber,
    body,
    mediaUrls: [],
  });
  relay.tell({ kind: 'reply.refused', from: mask.realNumber, mask: mask.number, why: refusal.code });
  return CRITICAL.has(refusal.code) ? formatRelayError('xml', 400, body, refusal.code) : formatNothing(200);
}

/** A conversation: what a mask and one other side say to each other goes in its order. */
function laneOf(mask: Mask, other: string): string {
  return `${mask.number} ${other}`;
}

function readMedia(form: Form): string[] {
  const count = Math.min(Number(form.find('NumMedia') ?? 0) || 0, 10);
  if (count < 1) return [];
  return Array.from({ length: count }, (_, index) => form.find(`MediaUrl${index}`)).filter(
    (url) => url !== undefined,
  );
}
