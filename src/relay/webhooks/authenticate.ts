// Authenticates webhooks: only a form-encoded POST with Twilio's valid signature is accepted.
import type { IncomingMessage } from 'node:http';
import { parse } from 'node:querystring';
import type { BodyFault, BodyReader } from '../../http/body-reader.js';
import { trustConnection, wasDropped } from '../../http/connection-limit.js';
import { hasTooManyParameters, isSigned, type SignedParameters } from '../../twilio/signature.js';
import { HttpError } from '../http.js';

/** What Twilio's signatures are computed from, besides the request. */
export interface WebhookSigning {
  readonly authToken: string;
  /** The origin of the webhook URLs that Twilio was given, without a trailing slash. */
  readonly publicBase: string;
}

/** What {@link authenticateWebhook} needs. */
export interface AuthenticationDeps extends WebhookSigning {
  /** Reads the bodies; strangers may have sent them. */
  readonly reader: BodyReader;
}

/**
 * Reads the form of a webhook and checks its signature. The signed URL is the public base plus the raw request target;
 * headers are not trusted. See https://www.twilio.com/docs/usage/security#validating-requests.
 *
 * @throws HttpError 403 for a missing or wrong signature, 400, 405, 408, 413 or 415 for a request in another form, 503 if
 *   there is no room for its body.
 */
export async function authenticateWebhook(
  incoming: IncomingMessage,
  { authToken, publicBase, reader }: AuthenticationDeps,
): Promise<WebhookForm> {
  const signature = incoming.headers['x-twilio-signature'];
  if (incoming.method !== 'POST') throw new HttpError(405, 'Only POST is taken here.');
  if (typeof signature !== 'string') throw new HttpError(403, 'The signature is missing.');
  if (!isForm(incoming)) throw new HttpError(415, 'Only a plain form is taken here.');
  const body = await readBody(reader, incoming);
  if (hasTooManyParameters(body)) throw new HttpError(413, 'The form has too many parameters.');
  const form = readWebhookForm(body);
  const url = publicBase + (incoming.url ?? '');
  if (!isSigned(authToken, signature, url, form.parameters)) {
    throw new HttpError(403, 'The signature is not valid.');
  }
  trustConnection(incoming.socket);
  return form;
}

const FAULTS: Readonly<Record<BodyFault, readonly [status: number, message: string]>> = {
  'too-long': [413, 'The body is too long.'],
  'too-slow': [408, 'The body arrived too slowly.'],
  'ended-early': [400, 'The body breaks off.'],
  'no-room': [503, 'There are too many requests at once.'],
};

function readBody(reader: BodyReader, incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    reader.read(
      incoming,
      (body) => resolve(body.toString()),
      (fault) => reject(new HttpError(...FAULTS[wasDropped(incoming.socket) ? 'no-room' : fault])),
    );
  });
}

const FORM_TYPE = 'application/x-www-form-urlencoded';

function isForm({ headers }: IncomingMessage): boolean {
  const type = headers['content-type'];
  if (headers['content-encoding'] !== undefined) return false;
  return type === FORM_TYPE || type?.split(';')[0]?.trim().toLowerCase() === FORM_TYPE;
}

/** The form-encoded parameters of a webhook. */
export interface WebhookForm {
  /** Returns a parameter's last value; undefined if the parameter is missing. */
  find(name: string): string | undefined;
  /** All parameters, for the signature. */
  readonly parameters: SignedParameters;
}

/** Parses a form-encoded body. */
export function readWebhookForm(body: string): WebhookForm {
  // Its object has no prototype, so a parameter may have any name.
  const parameters = parse(body, '&', '=', { maxKeys: 0 }) as SignedParameters;
  return {
    find: (name) => {
      const value = parameters[name];
      const last = typeof value === 'string' ? value : value?.at(-1);
      // SQLite ends a text at a NUL.
      return last?.includes('\0') ? last.replaceAll('\0', '') : last;
    },
    parameters,
  };
}
