// Sends one request to a control API, over node:http because the global fetch takes long to load.
import { request } from 'node:http';
import { debugRequest } from '../../debug.js';
import { findSystemCode, RelayPhoneError } from '../../errors.js';

/** Milliseconds without an answer after which nobody is there. */
const PATIENCE = 2000;

/** Where a request goes, and what it bears. */
export interface SendTarget {
  readonly origin: string;
  readonly controlToken?: string;
  /** Milliseconds to wait for the answer. Default 2000. */
  readonly patience?: number;
}

interface ControlAnswer {
  readonly status: number;
  readonly text: string;
}

/** The most that an answer may hold, bytes; a stranger on the port may send without end. */
const LIMIT = 64 * 1024 * 1024;

/**
 * Sends a request, with the token if one is given.
 *
 * @throws RelayPhoneError `network` when no answer comes in time.
 */
export function send(
  target: SendTarget,
  method: string,
  path: string,
  body?: unknown,
): Promise<ControlAnswer> {
  const describeRequest = () => `${method} ${target.origin}/_sandbox${path}`;
  return debugRequest('http', describeRequest, () => exchange(target, method, path, body));
}

function exchange(
  { origin, controlToken, patience = PATIENCE }: SendTarget,
  method: string,
  path: string,
  body: unknown,
): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(unreachable(origin, cause));
    const headers = controlToken === undefined ? {} : { authorization: `Bearer ${controlToken}` };
    const signal = AbortSignal.timeout(patience);
    const outgoing = request(`${origin}/_sandbox${path}`, { method, headers, signal }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > LIMIT) outgoing.destroy(new Error('the answer does not end'));
      });
      incoming.on('error', fail);
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
    });
    outgoing.on('error', fail);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** A query of what is given. */
export function formatQuery(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  return `?${query}`;
}

/** The error for a sandbox that did not answer. */
export function unreachable(origin: string, cause: unknown): RelayPhoneError {
  const late = cause instanceof Error && cause.name === 'AbortError';
  const reason = late ? 'it does not answer' : (findSystemCode(cause) ?? 'the connection broke');
  return new RelayPhoneError({
    kind: 'network',
    task: `reach the sandbox at ${origin}`,
    reason,
    tryNext: ['relay-phone sandbox'],
    cause,
  });
}
