// Reads what the owner sends to the user API.
import type { IncomingMessage } from 'node:http';
import { HttpError, readRequestBody } from '../webhooks/guard.js';

/**
 * The fields of a body, JSON or a form; none where there is no body.
 *
 * @throws Unwelcome 400, 413 or 415.
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
