// Handles Twilio's text webhooks: `inbound_sms` forwards a text or a reply, `sms_status` deletes delivered texts.
import { formatEmptyBody, formatEmptyTwiml, formatRelayError, type RelayResponse } from '../http.js';
import { decideText } from '../policy/incoming.js';
import { decideReply, type ReplyRefusal } from '../policy/reply.js';
import { formatForwards, formatRefusal } from '../policy/wording.js';
import type { Relay } from '../relay.js';
import type { ContactRef } from '../store/contacts.js';
import type { Mask } from '../store/masks.js';
import { formatConversation } from '../store/outgoing.js';
import type { WebhookForm } from './authenticate.js';

interface InboundText {
  readonly mask: Mask;
  readonly from: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
}

/** Refusals that are also answered with a 400, as Firefox Relay does. */
const REPORTED_TO_TWILIO: ReadonlySet<ReplyRefusal['code']> = new Set(['no_phone_log', 'no_previous_sender']);

/** Answers `inbound_sms`: adds the texts to send to the outbox. */
export function handleInboundSms(relay: Relay, form: WebhookForm): RelayResponse {
  const [from, to, body] = [form.find('From'), form.find('To'), form.find('Body')];
  // Without its SID a repeated webhook cannot be recognized.
  if (from === undefined || to === undefined || body === undefined || !form.find('MessageSid')) {
    return formatRelayError('xml', 400, 'From, To, Body or MessageSid is missing.');
  }
  const mask = relay.masks.find(to);
  if (!mask) return formatRelayError('xml', 400, 'No mask has this number.');
  const text = { mask, from, body, mediaUrls: readMediaUrls(form) };
  let contact: ContactRef | undefined;
  const decision = decideText(mask, from, () => {
    contact = relay.contacts.findOrCreate(mask, from);
    return contact?.isBlocked ?? false;
  });
  if (decision === 'forward') return forward(relay, text, contact);
  if (decision === 'reply') return sendReply(relay, text);
  relay.emit({ kind: 'text.dropped', from, mask: mask.number, why: decision });
  if (decision === 'out-of-texts') return formatRelayError('xml', 400, 'The mask is out of texts.');
  relay.masks.increment(mask.id, 'textsBlocked');
  if (decision === 'disabled') return formatEmptyTwiml(200);
  if (contact) relay.contacts.countBlocked(contact, 'textsBlocked');
  return formatRelayError('xml', 400, 'The mask takes no texts from this number.');
}

function forward(
  relay: Relay,
  { mask, from, body, mediaUrls }: InboundText,
  contact: ContactRef | undefined,
): RelayResponse {
  const parts = formatForwards(from, body);
  for (const [index, part] of parts.entries()) {
    const sender = index === 0 ? contact : undefined;
    const id = relay.outgoing.addText({
      purpose: 'forward',
      conversation: formatConversation(mask.number, from),
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
  relay.emit({ kind: 'text.came', from, mask: mask.number, length: body.length, media: mediaUrls.length });
  return formatEmptyTwiml(201);
}

function sendReply(relay: Relay, { mask, from, body, mediaUrls }: InboundText): RelayResponse {
  const decision = decideReply({
    body,
    hasMedia: mediaUrls.length > 0,
    keepsLog: mask.keepsLog,
    readsPrefixes: relay.readsPrefixes,
    contacts: relay.contacts.listNumbers(mask.id),
    lastSender: relay.contacts.findLastSender(mask.id),
  });
  if (decision.kind === 'refuse') return refuseReply(relay, mask, decision.refusal);
  const { to, body: text } = decision;
  relay.outgoing.addText({
    purpose: 'reply',
    conversation: formatConversation(mask.number, to),
    maskId: mask.id,
    sender: mask.number,
    recipient: to,
    body: text,
    mediaUrls,
  });
  relay.masks.useTexts(mask.id, 1);
  relay.emit({ kind: 'reply.came', from, mask: mask.number, length: text.length, media: mediaUrls.length });
  return formatEmptyTwiml(200);
}

/** Texts the reason to the owner, without using up the allowance. */
function refuseReply(relay: Relay, mask: Mask, refusal: ReplyRefusal): RelayResponse {
  const body = formatRefusal(refusal);
  relay.outgoing.addText({
    purpose: 'notice',
    conversation: formatConversation(mask.number, mask.realNumber),
    maskId: mask.id,
    sender: mask.number,
    recipient: mask.realNumber,
    body,
    mediaUrls: [],
  });
  relay.emit({ kind: 'reply.refused', from: mask.realNumber, mask: mask.number, why: refusal.code });
  return REPORTED_TO_TWILIO.has(refusal.code)
    ? formatRelayError('xml', 400, body, refusal.code)
    : formatEmptyTwiml(200);
}

function readMediaUrls(form: WebhookForm): string[] {
  const count = Math.min(Number(form.find('NumMedia') ?? 0) || 0, 10);
  if (count < 1) return [];
  return Array.from({ length: count }, (_, index) => form.find(`MediaUrl${index}`)).filter(
    (url) => url !== undefined,
  );
}

/** Answers `sms_status`: a delivered text is deleted at Twilio. */
export function handleSmsStatus(relay: Relay, form: WebhookForm): RelayResponse {
  const [status, sid] = [form.find('SmsStatus'), form.find('MessageSid')];
  if (status === undefined || sid === undefined) {
    return formatRelayError('json', 400, 'SmsStatus or MessageSid is missing.');
  }
  const errorCode = form.find('ErrorCode');
  relay.emit({ kind: 'text.status', sid, status, ...(errorCode && { errorCode }) });
  if (status !== 'delivered') return formatEmptyBody();
  // A text that is deleted before its SID is stored here would look unsent, and be sent again.
  if (relay.outgoing.isKnown(sid)) relay.outgoing.addDeletion({ kind: 'forget-text', sid });
  else relay.outgoing.rememberDelivered(sid);
  return formatEmptyBody();
}
