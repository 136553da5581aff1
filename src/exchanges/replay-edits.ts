// How a webhook is changed before it is sent again, as the sandbox and the page of a live account take it.
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { RelayPhoneError } from '../errors.js';
import type { Edits } from './edit.js';
import { REPLAY_PATH } from './parameters.js';

/** How a webhook is changed before it is sent again. */
export interface ReplayEdits {
  /** Parameters to set or add; null removes one. */
  readonly parameters?: Readonly<Record<string, string | null>>;
  /** Another path, with or without a query. */
  readonly path?: string;
  /** Headers to set or add; null removes one. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** Another body; it excludes `parameters`. */
  readonly body?: string;
  /** `anew`: valid for the edited request. `none`: no signature. `broken`: made with another token. Default `anew`. */
  readonly signature?: 'anew' | 'none' | 'broken';
}

/** Headers that describe how the request is sent. */
const FIXED_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Checks edits, and returns them as `editRequest` takes them, without the signature.
 *
 * @param method of the recorded request
 * @throws RelayPhoneError `usage` if they contradict each other, or make a request that cannot be sent
 */
export function readEdits(
  { parameters, path, headers = {}, body }: ReplayEdits,
  method: string,
): Pick<Edits, 'set' | 'headers' | 'body' | 'path'> {
  if (body !== undefined && parameters !== undefined)
    throw badEdit('give either parameters or a body, not both');
  if (body !== undefined && method === 'GET') throw badEdit('a GET request has no body');
  if (path !== undefined && !REPLAY_PATH.test(path))
    throw badEdit('a path starts with / and has neither spaces nor #');
  for (const [name, value] of Object.entries(headers)) verifyHeader(name, value ?? '');
  return {
    set: new Map(Object.entries(parameters ?? {})),
    headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: body === undefined ? undefined : Buffer.from(body),
    path,
  };
}

function verifyHeader(name: string, value: string): void {
  if (FIXED_HEADERS.has(name.toLowerCase())) throw badEdit(`the header ${name} cannot be edited`);
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw badEdit(`${name} is not a valid header`);
  }
}

/** Returns the error for edits that are refused. @param reason a clause */
export function badEdit(reason: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: 'replay the webhook', reason });
}
