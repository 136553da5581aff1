// Reads a webhook whole, within limits: until its signature was checked it may be from anybody.
import type { IncomingMessage } from 'node:http';
import { readBytes } from '../../http/body.js';
import type { SignedParameters } from '../../twilio/signature.js';
import { createBodyDigest } from '../../twilio/signature.js';
import { isForm, readParameters } from '../form.js';
import { findHeader } from '../headers.js';
import type { SignedRequest } from '../verdict/verdict.js';

/** Bytes: many times what the longest webhook has. */
export const LONGEST = 256 * 1024;
/** Bytes that may be under way from strangers at one time. */
const UNDER_WAY = 32 * 1024 * 1024;
/** Milliseconds that a whole webhook may take to come. */
const PATIENCE = 10_000;

/** A webhook that cannot be read. The message says why, as a clause. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** Reads bodies, and knows how much is under way. */
export interface Reader {
  /** @throws Unreadable */
  read(incoming: IncomingMessage): Promise<Buffer>;
}

/** Makes one. @param patience milliseconds that a whole body may take to come */
export function createReader(patience = PATIENCE): Reader {
  let underWay = 0;
  return {
    read: async (incoming) => {
      const size = Number(incoming.headers['content-length'] ?? (hasBody(incoming) ? LONGEST : 0));
      if (size > LONGEST) throw new Unreadable('its body is too long');
      if (underWay + size > UNDER_WAY) throw new Unreadable('too many came at once');
      underWay += size;
      try {
        return await inTime(readBytes(incoming, LONGEST), patience);
      } catch (error) {
        throw error instanceof Unreadable ? error : new Unreadable('its body is too long, or breaks off');
      } finally {
        underWay -= size;
      }
    },
  };
}

function inTime(body: Promise<Buffer>, patience: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Unreadable('its body came too slowly')), patience);
    body.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Whether a request has a body, however short. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** What its signature is made of. */
export function describeSigned({ url = '', rawHeaders }: IncomingMessage, body: Buffer): SignedRequest {
  const form = isForm(rawHeaders);
  const parameters: SignedParameters = form ? readParameters(body.toString()) : {};
  return {
    target: url,
    signature: findHeader(rawHeaders, 'x-twilio-signature'),
    parameters,
    digest: form || body.length === 0 ? undefined : createBodyDigest(body.toString()),
    headers: rawHeaders,
  };
}
