// What the user API works with, and what its routes are like.

import type { IncomingMessage } from 'node:http';
import type { TwilioClient } from '../../twilio/client.js';
import { HttpError, type RelayResponse, readRequestBody } from '../http.js';
import type { Purchases } from '../purchases.js';
import type { Relay } from '../relay.js';

/** See the head of this file. */
export interface UserApi {
  readonly client: TwilioClient;
  /** What the owner shows. */
  readonly token: string;
  /** Whether it may be reached through the tunnel too. */
  readonly isExposed: boolean;
  /** The number from which the owner is texted; undefined when there is none. */
  readonly mainNumber: string | undefined;
  readonly publicBase: string;
  readonly purchases: Purchases;
  /** Says how many more milliseconds a client has to wait for a card; 0 when it need not. */
  readonly limitVCard: (client: string) => number;
}

/** A request of the owner's. */
export interface UserApiRequest {
  /** The number in the path; 0 where it has none. */
  readonly id: number;
  readonly query: URLSearchParams;
  /** What the body holds, JSON or a form. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The country in whose form numbers may be written, as the client says. */
  readonly region: string | undefined;
}

/** Answers one. */
export type UserApiRoute = (
  relay: Relay,
  api: UserApi,
  request: UserApiRequest,
) => RelayResponse | Promise<RelayResponse>;

/**
 * The fields of a body, JSON or a form; none where there is no body.
 *
 * @throws HttpError 400, 413 or 415.
 */
export async function readBodyFields(incoming: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const body = await readRequestBody(incoming);
  if (body === '') return {};
  const type = incoming.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(body));
  if (type !== 'application/json') throw new HttpError(415, 'Only JSON or a form is taken here.');
  return readJson(body);
}

function readJson(body: string): Readonly<Record<string, unknown>> {
  const value = parse(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HttpError(400, 'The body is no JSON object.');
  }
  return value as Readonly<Record<string, unknown>>;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The fields of a request. */
export type Fields = Readonly<Record<string, unknown>>;

/** One field is not as it must be. */
export class FieldError extends HttpError {
  readonly field: string;

  /** @param message why, as a sentence */
  constructor(field: string, message: string) {
    super(400, message);
    this.field = field;
  }
}

/**
 * A text, without the blanks around it; a number counts as its digits.
 *
 * @param longest in characters
 * @throws BadField when it is missing, no text, empty or too long.
 */
export function readTextField(body: Fields, field: string, longest: number): string {
  const text = findTextField(body, field, longest);
  if (text === undefined) throw new FieldError(field, 'This field is required.');
  return text;
}

/** The same for one that may be missing. */
export function findTextField(body: Fields, field: string, longest: number): string | undefined {
  const value = Object.hasOwn(body, field) ? body[field] : undefined;
  if (value === undefined) return undefined;
  if (value === null) throw new FieldError(field, 'This field may not be null.');
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new FieldError(field, 'Not a valid string.');
  const text = String(value).trim();
  if (text === '') throw new FieldError(field, 'This field may not be blank.');
  if (text.includes('\0')) throw new FieldError(field, 'Null characters are not allowed.');
  if (text.length <= longest) return text;
  throw new FieldError(field, `Ensure this field has no more than ${longest} characters.`);
}
