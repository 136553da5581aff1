// What media a message may show: of which types, and how much.

import { WebhookFailure } from '../../webhooks/failure.js';
import type { WebFile } from './download.js';

const KIB = 1024;

/** The most that the media of one message may hold, bytes. */
export const MOST_BYTES = 5 * KIB * KIB;
/** The most that a file may hold which is not formatted for the phone, bytes. */
const MOST_OTHER = 500 * KIB;

const FORMATTED = ['image/jpeg', 'image/jpg', 'image/png', 'image/gif'];

const OTHERS = [
  'text/vcard',
  'text/x-vcard',
  'text/csv',
  'text/rtf',
  'text/richtext',
  'text/calendar',
  'text/directory',
  'application/pdf',
  'application/vcard',
  'application/vnd.apple.pkpass',
  'application/msword',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
];

/**
 * Checks a file that a message is to show. See https://www.twilio.com/docs/messaging/guides/accepted-mime-types;
 * the limit of other types is the one of https://www.twilio.com/docs/messaging/api/message-resource.
 *
 * @throws WebhookFailure 11751 or 12300.
 */
export function verifyFile({ contentType, bytes }: WebFile): void {
  if (!/^(image|audio|video)\/./.test(contentType) && !OTHERS.includes(contentType)) {
    throw new WebhookFailure(
      12300,
      `Invalid Content-Type: ${contentType === '' ? 'there is none' : contentType}`,
    );
  }
  if (!FORMATTED.includes(contentType) && bytes.length > MOST_OTHER) throw tooLarge();
}

/** Checks what all files of a message hold together. @throws WebhookFailure 11751. */
export function verifyTotal(files: readonly WebFile[]): void {
  if (files.reduce((sum, { bytes }) => sum + bytes.length, 0) > MOST_BYTES) throw tooLarge();
}

function tooLarge(): WebhookFailure {
  return new WebhookFailure(11751, 'Media exceeds messaging provider size limit');
}
