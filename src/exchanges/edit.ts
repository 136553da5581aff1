// Builds the request of a replay from a recorded one: unchanged or edited, with a new signature.
import { createHash, randomUUID } from 'node:crypto';
import querystring from 'node:querystring';
import type { Exchange } from './exchange.js';
import { findHeader, readHeaderPairs } from './headers.js';
import { isForm, readParameters, splitTarget, type WebhookParameters } from './parameters.js';

/** The changes to a recorded request. */
export interface Edits {
  /** Parameters to set or add, by name; null removes one. */
  readonly set: ReadonlyMap<string, string | null>;
  /** Headers to set or add, by name in lower case; null removes one. They win over what the replay sets itself. */
  readonly headers?: ReadonlyMap<string, string | null>;
  /** Another body; then `set` is for the query. */
  readonly body?: Buffer | undefined;
  /** Another path, with or without a query. */
  readonly path: string | undefined;
  /** Returns the signature of a request; undefined for no signature. */
  readonly sign: ((url: string, parameters: WebhookParameters) => string) | undefined;
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
  const { set, headers: changes = new Map() } = edits;
  const recorded = readHeaderPairs(exchange.requestHead);
  const isOfForm = isForm(changes.get('content-type') ?? findHeader(recorded, 'content-type'));
  const isSetInForm = isOfForm && edits.body === undefined;
  const given = edits.body ?? exchange.requestBody;
  const body = isSetInForm && set.size > 0 ? setInForm(given, set) : given;
  const moved = edits.path ?? exchange.summary.target;
  const unsigned = isSetInForm || set.size === 0 ? moved : setInQuery(moved, set);
  const target = isOfForm || body.length === 0 ? unsigned : withDigest(unsigned, body, edits);
  const signature = edits.sign?.(edits.publicBase + target, isOfForm ? readParameters(body.toString()) : {});
  // With the old token, the app would treat an edited webhook as one that it has processed.
  const token = set.size > 0 || edits.body !== undefined ? randomUUID() : undefined;
  const headers = withHeaders(recorded, body.length, signature, token);
  return { method, target, headers: changeHeaders(headers, changes), body };
}

function setInForm(body: Buffer, set: Edits['set']): Buffer {
  return Buffer.from(setPairs(body.toString('latin1'), set), 'latin1');
}

function setInQuery(target: string, set: Edits['set']): string {
  const { pathname, query } = splitTarget(target);
  const changed = setPairs(query.slice(1), set);
  return changed === '' ? pathname : `${pathname}?${changed}`;
}

/** The first parameter with the name gets the value; others with the name are removed. */
function setPairs(text: string, set: Edits['set']): string {
  const left = new Map(set);
  const pairs = text.split('&').flatMap((pair) => {
    const name = querystring.unescape((pair.split('=')[0] ?? '').replaceAll('+', ' '));
    const value = set.get(name);
    if (value === undefined) return pair === '' ? [] : [pair];
    return left.delete(name) ? formatPair(name, value) : [];
  });
  return [...pairs, ...[...left].flatMap(([name, value]) => formatPair(name, value))].join('&');
}

function formatPair(name: string, value: string | null): string[] {
  return value === null ? [] : [String(new URLSearchParams([[name, value]]))];
}

/** A body that is not a form is signed through its digest in the query (`bodySHA256`). */
function withDigest(target: string, body: Buffer, edits: Edits): string {
  const digest = createHash('sha256').update(body.toString()).digest('hex');
  const isThere = /[?&]bodySHA256=/.test(target);
  if (edits.body !== undefined && !isThere)
    return `${target}${target.includes('?') ? '&' : '?'}bodySHA256=${digest}`;
  return target.replace(/([?&]bodySHA256=)[0-9a-fA-F]*/, `$1${digest}`);
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

/** The first header with the name gets the value; others with the name are removed. */
function changeHeaders(
  headers: readonly string[],
  changes: ReadonlyMap<string, string | null>,
): readonly string[] {
  if (changes.size === 0) return headers;
  const left = new Map(changes);
  const changed: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const [name = '', value = ''] = [headers[at], headers[at + 1]];
    const lower = name.toLowerCase();
    const change = changes.get(lower);
    if (change === undefined) changed.push(name, value);
    else if (change !== null && left.has(lower)) changed.push(name, change);
    left.delete(lower);
  }
  for (const [name, value] of left) if (value !== null) changed.push(name, value);
  return changed;
}
