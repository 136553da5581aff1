// Lets nobody in but Twilio: a webhook is read only when its form is right and its signature is valid.
import type { IncomingMessage } from 'node:http';
import { readBody, UnreadableBody } from '../../http/body.js';
import { isSigned } from '../../twilio/signature.js';
import { readWebhookForm, type WebhookForm } from './form.js';

/** Bytes: many times what the longest webhook has. */
const MAX_BODY_BYTES = 256 * 1024;

/** A request that is not let in. */
export class HttpError extends Error {
  override readonly name = 'Unwelcome';
  readonly status: number;

  /** @param message why, as a sentence that gives nothing away */
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What signatures are made of. */
export interface WebhookSigning {
  readonly authToken: string;
  /** The origin under which Twilio was told to reach us, without a slash at its end. */
  readonly publicBase: string;
}

/**
 * Reads a webhook. The signed URL is the public base and the target as it came, never what headers say.
 *
 * @throws Unwelcome 405, 415, 413, 400 or, for a missing or wrong signature, 403.
 */
export async function authenticateWebhook(
  incoming: IncomingMessage,
  signing: WebhookSigning,
): Promise<WebhookForm> {
  const signature = incoming.headers['x-twilio-signature'];
  if (incoming.method !== 'POST') throw new HttpError(405, 'Only POST is taken here.');
  if (typeof signature !== 'string') throw new HttpError(403, 'The signature is missing.');
  if (!isForm(incoming)) throw new HttpError(415, 'Only a plain form is taken here.');
  const form = readWebhookForm(await readRequestBody(incoming));
  const url = signing.publicBase + (incoming.url ?? '');
  if (!isSigned(signing.authToken, signature, url, form.parameters)) {
    throw new HttpError(403, 'The signature is not valid.');
  }
  return form;
}

const FORM_TYPE = 'application/x-www-form-urlencoded';

function isForm({ headers }: IncomingMessage): boolean {
  const type = headers['content-type'];
  if (headers['content-encoding'] !== undefined) return false;
  return type === FORM_TYPE || type?.split(';')[0]?.trim().toLowerCase() === FORM_TYPE;
}

/**
 * The whole body.
 *
 * @throws Unwelcome 413 or 400.
 */
export async function readRequestBody(incoming: IncomingMessage): Promise<string> {
  try {
    return await readBody(incoming, MAX_BODY_BYTES);
  } catch (error) {
    if (!(error instanceof UnreadableBody)) throw error;
    throw error.tooLong
      ? new HttpError(413, 'The body is too long.')
      : new HttpError(400, 'The body breaks off.');
  }
}
