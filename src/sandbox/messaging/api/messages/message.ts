// A message: its fields, its first status, and its validity period.
import { createSid } from '../../../platform/formats.js';
import type { Numbered } from '../../../platform/table.js';

/** A message. Money is in millionths of a dollar, times are milliseconds since 1970. */
export interface Message extends Numbered {
  readonly sender: string;
  readonly recipient: string;
  readonly body: string;
  readonly segments: number;
  /** A JSON array; {@link readMediaUrls} reads it. */
  readonly mediaUrls: string;
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-call' | 'outbound-reply';
  /** `accepted` and `scheduled` only with a Messaging Service: its sender is chosen, but not shown yet. */
  readonly status:
    | 'scheduled'
    | 'accepted'
    | 'queued'
    | 'sending'
    | 'sent'
    | 'delivered'
    | 'read'
    | 'undelivered'
    | 'failed'
    | 'canceled'
    | 'received';
  readonly errorCode: number | null;
  /** What it costs; charged and shown once it has been sent. */
  readonly price: number;
  readonly statusCallback: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly sentAt: number | null;
  /** 1 while it is being delivered; 2 while it waits for its time, its media or a slow phone; null at its final status. */
  readonly inTransit: 1 | 2 | null;
  /** The Messaging Service that sends it. */
  readonly serviceSid: string | null;
  /** The error code that the message ends with, however the phone behaves; null if the phone decides. */
  readonly refusal: number | null;
  /** When its wait ends, if that is known. */
  readonly dueAt: number | null;
  /** When its validity period ends; null: ten hours after it was created. */
  readonly expiresAt: number | null;
}

/** The contents of a new message. */
export type NewMessage = Pick<
  Message,
  | 'sender'
  | 'recipient'
  | 'body'
  | 'segments'
  | 'direction'
  | 'price'
  | 'statusCallback'
  | 'serviceSid'
  | 'refusal'
> & {
  readonly mediaUrls: readonly string[];
  /** When to send it, milliseconds since 1970; at once if missing. */
  readonly sendAt?: number | undefined;
  readonly validitySeconds?: number | undefined;
};

/** Which messages to list; a missing field matches all. Times are milliseconds since 1970, `sentBefore` is exclusive. */
export interface MessageFilter {
  readonly sender?: string | undefined;
  readonly recipient?: string | undefined;
  readonly sentFrom?: number | undefined;
  readonly sentBefore?: number | undefined;
}

/** The default validity period, and the longest. */
export const VALIDITY_SECONDS = 36_000;

/** Creates row `seq` of the table of messages. Its status is received, queued, accepted (with a service) or scheduled. */
export function createMessage(seq: number, draft: NewMessage, at: number): Message {
  const { sender, recipient, body, segments, direction, price, statusCallback, serviceSid, refusal } = draft;
  const { mediaUrls, sendAt, validitySeconds } = draft;
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
    expiresAt: findExpiry(sendAt, validitySeconds, at),
  };
}

/** When a message's validity period ends, milliseconds since 1970. */
export function expiryOf({ expiresAt, createdAt }: Message): number {
  return expiresAt ?? createdAt + VALIDITY_SECONDS * 1000;
}

/** The URLs of a message's media. */
export function readMediaUrls({ mediaUrls }: Pick<Message, 'mediaUrls'>): readonly string[] {
  return mediaUrls === '[]' ? NO_URLS : (JSON.parse(mediaUrls) as string[]);
}

const NO_URLS: readonly string[] = [];

function firstStatus({ direction, sendAt, serviceSid }: NewMessage): Message['status'] {
  if (direction === 'inbound') return 'received';
  if (sendAt !== undefined) return 'scheduled';
  return serviceSid === null ? 'queued' : 'accepted';
}

function findExpiry(sendAt: number | undefined, seconds: number | undefined, at: number): number | null {
  if (sendAt === undefined && seconds === undefined) return null;
  return (sendAt ?? at) + (seconds ?? VALIDITY_SECONDS) * 1000;
}
