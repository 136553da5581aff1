// Lets nobody in but Twilio: a webhook is read only when its form is right and its signature is valid.
import type { IncomingMessage } from 'node:http';
import { parse } from 'node:querystring';
import { isSigned, type SignedParameters } from '../../twilio/signature.js';
import { HttpError, readRequestBody } from '../http.js';

/** What signatures are made of. */
export interface WebhookSigning {
  readonly authToken: string;
  /** The origin under which Twilio was told to reach us, without a slash at its end. */
  readonly publicBase: string;
}

/**
 * Reads a webhook. The signed URL is the public base and the target as it came, never what headers say.
 *
 * @throws HttpError 405, 415, 413, 400 or, for a missing or wrong signature, 403.
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

/** The parameters of a webhook. */
export interface WebhookForm {
  /** A parameter's value, the last where there are several; undefined when it is missing. */
  find(name: string): string | undefined;
  /** All of them, for the signature. */
  readonly parameters: SignedParameters;
}

/** Reads a form-encoded body. The object has no prototype, so that a parameter may have any name. */
export function readWebhookForm(body: string): WebhookForm {
  const signed = parse(body, '&', '=', { maxKeys: 0 }) as SignedParameters;
  return {
    find: (name) => {
      const value = signed[name];
      const last = typeof value === 'string' ? value : value?.at(-1);
      // SQLite would end the text at a NUL.
      return last?.includes('\0') ? last.replaceAll('\0', '') : last;
    },
    parameters: signed,
  };
}
