// What a message is like when it is new.
import { createSid } from '../../../platform/formats.js';
import type { Message, NewMessage } from './store.js';

/** How long a message is worth sending when nobody says so, seconds. */
export const VALIDITY = 36_000;

/** The row `seq` that comes of a draft. */
export function createMessage(seq: number, draft: NewMessage, at: number): Message {
  const { sender, recipient, body, segments, direction, price, statusCallback, serviceSid, refusal } = draft;
  const { mediaUrls, sendAt, validity } = draft;
  const isInbound = direction === 'inbound';
  const waits = sendAt !== undefined || mediaUrls.length > 0;
  return {
    seq,
    sid: createSid(mediaUrls.length === 0 ? 'SM' : 'MM', seq),
    sender,
    recipient,
    body,
    segments,
    mediaUrls: JSON.stringify(mediaUrls),
    direction,
    status: firstStatus(draft),
    errorCode: null,
    price,
    statusCallback,
    createdAt: at,
    updatedAt: at,
    sentAt: isInbound ? at : null,
    inTransit: isInbound ? null : waits ? 2 : 1,
    serviceSid,
    refusal,
    dueAt: sendAt ?? null,
    expiresAt: findExpiry(sendAt, validity, at),
  };
}

function firstStatus({ direction, sendAt, serviceSid }: NewMessage): Message['status'] {
  if (direction === 'inbound') return 'received';
  if (sendAt !== undefined) return 'scheduled';
  return serviceSid === null ? 'queued' : 'accepted';
}

function findExpiry(sendAt: number | undefined, validity: number | undefined, at: number): number | null {
  if (sendAt === undefined && validity === undefined) return null;
  return (sendAt ?? at) + (validity ?? VALIDITY) * 1000;
}
