// Builds the request of a replay from a recorded one: unchanged or edited, with a new signature.
import { randomUUID } from 'node:crypto';
import querystring from 'node:querystring';
import type { Exchange } from '../../exchanges/exchange.js';
import { findHeader, readHeaderPairs } from '../../exchanges/headers.js';
import { isForm, readParameters, splitTarget } from '../../exchanges/parameters.js';
import { createBodyDigest, createSignature } from '../../twilio/signature.js';

/** The changes to a recorded request. */
export interface Edits {
  /** Parameters to set or add, by name. */
  readonly set: ReadonlyMap<string, string>;
  /** Another path, with or without a query. */
  readonly path: string | undefined;
  /** The token that signs the request; undefined for no signature. */
  readonly authToken: string | undefined;
  /** The public base of the signed URL, without a trailing slash. */
  readonly publicBase: string;
}

/** The request of a replay. */
export interface ReplayRequest {
  readonly method: string;
  readonly target: string;
  /** Flat pairs. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** Edits and signs a recorded request. All other bytes stay; an edited webhook gets a new idempotency token. */
export function editRequest(exchange: Exchange, edits: Edits): ReplayRequest {
  const { method } = exchange.summary;
  const headers = readHeaderPairs(exchange.requestHead);
  const isOfForm = isForm(findHeader(headers, 'content-type'));
  const body =
    isOfForm && edits.set.size > 0 ? setInForm(exchange.requestBody, edits.set) : exchange.requestBody;
  const moved = edits.path ?? exchange.summary.target;
  const target = isOfForm || edits.set.size === 0 ? moved : setInQuery(moved, edits.set);
  const signed = isOfForm || body.length === 0 ? target : withDigest(target, body);
  const parameters = isOfForm ? readParameters(body.toString()) : {};
  const signature =
    edits.authToken === undefined
      ? undefined
      : createSignature(edits.authToken, edits.publicBase + signed, parameters);
  // With the old token, the app would treat an edited webhook as one that it has processed.
  const token = edits.set.size > 0 ? randomUUID() : undefined;
  return { method, target: signed, headers: withHeaders(headers, body.length, signature, token), body };
}

function setInForm(body: Buffer, set: Edits['set']): Buffer {
  return Buffer.from(setPairs(body.toString('latin1'), set), 'latin1');
}

function setInQuery(target: string, set: Edits['set']): string {
  const { pathname, query } = splitTarget(target);
  return `${pathname}?${setPairs(query.slice(1), set)}`;
}

/** The first parameter with the name gets the value; others with the name are removed. */
function setPairs(text: string, set: Edits['set']): string {
  const left = new Map(set);
  const pairs = text.split('&').flatMap((pair) => {
    const name = querystring.unescape((pair.split('=')[0] ?? '').replaceAll('+', ' '));
    const value = set.get(name);
    if (value === undefined) return pair === '' ? [] : [pair];
    return left.delete(name) ? [String(new URLSearchParams([[name, value]]))] : [];
  });
  return [...pairs, ...[...left].map((pair) => String(new URLSearchParams([pair])))].join('&');
}

/** A body that is not a form is signed through its digest in the query (`bodySHA256`). */
function withDigest(target: string, body: Buffer): string {
  return target.replace(/([?&]bodySHA256=)[0-9a-fA-F]*/, `$1${createBodyDigest(body.toString())}`);
}

function withHeaders(
  headers: readonly string[],
  length: number,
  signature: string | undefined,
  token: string | undefined,
): string[] {
  const changed: string[] = [];
  let isSigned = false;
  for (let at = 0; at < headers.length; at += 2) {
    const [name = '', value = ''] = [headers[at], headers[at + 1]];
    const lower = name.toLowerCase();
    if (lower === 'x-twilio-signature') {
      if (signature !== undefined && !isSigned) changed.push(name, signature);
      isSigned = true;
    } else if (lower === 'i-twilio-idempotency-token') changed.push(name, token ?? value);
    else changed.push(name, lower === 'content-length' ? String(length) : value);
  }
  if (!isSigned && signature !== undefined) changed.push('X-Twilio-Signature', signature);
  return changed;
}
