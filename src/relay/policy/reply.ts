// Decides to whom an owner's reply goes, or why it goes to nobody.
import { findPrefix, type ReplyPrefix } from './prefix.js';

/** A reply as it came from the owner, and what is known of the mask's contacts. */
export interface OwnerReply {
  readonly body: string;
  readonly hasMedia: boolean;
  /** Whether a log of contacts is kept; without one there is nobody to reply to. */
  readonly keepsLog: boolean;
  /** Whether a reply may name its contact. */
  readonly readsPrefixes: boolean;
  /** Every number that texted or called the mask. */
  readonly contacts: readonly string[];
  /** Who was the last to text it. */
  readonly lastSender: string | undefined;
}

/** Why a reply goes to nobody; the names are those of Firefox Relay's error codes. */
export type ReplyRefusal =
  | { readonly code: 'no_phone_log' | 'no_previous_sender' }
  | {
      readonly code:
        | 'short_prefix_matches_no_senders'
        | 'multiple_number_matches'
        | 'no_body_after_short_prefix'
        | 'full_number_matches_no_senders'
        | 'no_body_after_full_number';
      /** How the contact was named. */
      readonly named: string;
    };

/** What becomes of a reply. */
export type ReplyDecision =
  | { readonly kind: 'send'; readonly to: string; readonly body: string }
  | { readonly kind: 'refuse'; readonly refusal: ReplyRefusal };

/** Decides in the order of Firefox Relay's `_prepare_sms_reply`; pictures may go without words. */
export function decideReply(reply: OwnerReply): ReplyDecision {
  if (!reply.keepsLog) return refuse({ code: 'no_phone_log' });
  const prefix = reply.readsPrefixes ? findPrefix(reply.body, reply.contacts) : undefined;
  if (prefix) return decideByPrefix(reply, prefix);
  if (reply.lastSender === undefined) return refuse({ code: 'no_previous_sender' });
  return { kind: 'send', to: reply.lastSender, body: reply.body };
}

function decideByPrefix(
  reply: OwnerReply,
  { kind, text: taken, detected: named, matches }: ReplyPrefix,
): ReplyDecision {
  const [to, ...others] = matches;
  const isShort = kind === 'short';
  if (to === undefined) {
    return refuse({
      code: isShort ? 'short_prefix_matches_no_senders' : 'full_number_matches_no_senders',
      named,
    });
  }
  if (others.length > 0) return refuse({ code: 'multiple_number_matches', named });
  const body = reply.body.slice(taken.length);
  if (body === '' && !reply.hasMedia) {
    return refuse({ code: isShort ? 'no_body_after_short_prefix' : 'no_body_after_full_number', named });
  }
  return { kind: 'send', to, body };
}

function refuse(refusal: ReplyRefusal): ReplyDecision {
  return { kind: 'refuse', refusal };
}
