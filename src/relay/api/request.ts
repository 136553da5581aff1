// Requests to the user API: their type, and reading and checking the fields of their bodies.
import type { IncomingMessage } from 'node:http';
import type { TwilioClient } from '../../twilio/client.js';
import { HttpError, type RelayResponse, readRequestBody } from '../http.js';
import type { Purchases } from '../purchases.js';
import type { Relay } from '../relay.js';

/** Settings and dependencies of the user API, besides the tables. */
export interface UserApi {
  readonly client: TwilioClient;
  /** The owner's token. */
  readonly token: string;
  /** True if requests through a tunnel or proxy are answered too. */
  readonly isExposed: boolean;
  /** The number that texts the owner; undefined if the account has none. */
  readonly mainNumber: string | undefined;
  readonly publicBase: string;
  readonly purchases: Purchases;
  /** Counts a request for a vCard. Returns the milliseconds that the client must wait, 0 if the request is allowed. */
  readonly limitVCard: (client: string) => number;
}

/** The fields of a body. */
export type Fields = Readonly<Record<string, unknown>>;

/** A request of the owner. */
export interface UserApiRequest {
  /** The id in the path; 0 if the path has none. */
  readonly id: number;
  readonly query: URLSearchParams;
  readonly body: Fields;
  /** The country whose national phone number format the client uses, from `X-Client-Region`. */
  readonly region: string | undefined;
}

/** Handles the requests of one method and path. @throws HttpError or RelayPhoneError, which become the response */
export type UserApiRoute = (
  relay: Relay,
  api: UserApi,
  request: UserApiRequest,
) => RelayResponse | Promise<RelayResponse>;

/**
 * Reads the fields of a JSON or form-encoded body; an empty body has none.
 *
 * @throws HttpError 400 if the body is not a JSON object, 413 if it is too long, 415 for another content type.
 */
export async function readBodyFields(incoming: IncomingMessage): Promise<Fields> {
  const body = await readRequestBody(incoming);
  if (body === '') return {};
  const type = incoming.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(body));
  if (type !== 'application/json') throw new HttpError(415, 'Only JSON or a form is taken here.');
  return readJson(body);
}

function readJson(body: string): Fields {
  const value = parse(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HttpError(400, 'The body is not a JSON object.');
  }
  return value as Fields;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A field is missing or has a wrong value. It is formatted as Django REST framework does: `{"field": ["message"]}`. */
export class FieldError extends HttpError {
  readonly field: string;

  /** @param message a sentence for the client */
  constructor(field: string, message: string) {
    super(400, message);
    this.field = field;
  }
}

/**
 * Reads a required text field and trims it. A JSON number counts as its digits.
 *
 * @param longest the maximum length in characters
 * @throws FieldError if the field is missing, not a text, empty or too long.
 */
export function readTextField(body: Fields, field: string, longest: number): string {
  const text = findTextField(body, field, longest);
  if (text === undefined) throw new FieldError(field, 'This field is required.');
  return text;
}

/** Reads an optional text field as {@link readTextField} does; undefined if it is missing. */
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
