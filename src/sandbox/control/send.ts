// The HTTP of the control client: single requests and the event stream. It uses node:http because fetch is slow to load.
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { debug, debugRequest } from '../../debug.js';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import type { SandboxEvent } from '../platform/events/event.js';

/** Where a sandbox listens, and the token of its control API. */
export interface ControlAddress {
  /** Such as `http://127.0.0.1:4020`. */
  readonly origin: string;
  readonly controlToken: string;
}

const TIMEOUT_MS = 2000;

/** Where to send a request, with which token. */
export interface SendTarget {
  readonly origin: string;
  readonly controlToken?: string;
  /** The time to wait for the answer. Default 2000. */
  readonly timeoutMs?: number;
}

interface ControlAnswer {
  readonly status: number;
  readonly text: string;
}

/** The longest answer, characters: another program on the port may send without end. */
const MAX_ANSWER_LENGTH = 64 * 1024 * 1024;

/**
 * Sends a request, with the token if there is one.
 *
 * @throws RelayPhoneError `network` without an answer in time.
 */
export function sendControlRequest(
  target: SendTarget,
  method: string,
  path: string,
  body?: unknown,
): Promise<ControlAnswer> {
  const describeRequest = () => `${method} ${target.origin}/_sandbox${path}`;
  return debugRequest('http', describeRequest, () => exchange(target, method, path, body));
}

function exchange(
  { origin, controlToken, timeoutMs = TIMEOUT_MS }: SendTarget,
  method: string,
  path: string,
  body: unknown,
): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(unreachable(origin, cause));
    const headers = controlToken === undefined ? {} : { authorization: `Bearer ${controlToken}` };
    const signal = AbortSignal.timeout(timeoutMs);
    const outgoing = request(`${origin}/_sandbox${path}`, { method, headers, signal }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_ANSWER_LENGTH) outgoing.destroy(new Error('the answer is too long'));
      });
      incoming.on('error', fail);
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
    });
    outgoing.on('error', fail);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Which events to read, and until when. */
export interface FollowOptions {
  /** Only events of this trace, until nothing of it is in progress. Default: all events, without end. */
  readonly traceId?: string;
  /** Starts after this id. Default: with the next event. */
  readonly since?: number;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
}

/**
 * Calls `onEvent` with each event; resolves when the stream ends or `signal` is aborted.
 *
 * @throws RelayPhoneError `network` if the sandbox cannot be reached, or closes.
 */
export function followEvents(
  { origin, controlToken }: ControlAddress,
  { traceId, since, signal }: FollowOptions,
  onEvent: (event: SandboxEvent) => void,
): Promise<void> {
  const url = `${origin}/_sandbox/events${formatQuery({ trace: traceId, since })}`;
  debug('http', () => `send GET ${url}`);
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => (signal?.aborted ? resolve() : reject(unreachable(origin, cause)));
    const options = { headers: { authorization: `Bearer ${controlToken}` }, ...(signal && { signal }) };
    const outgoing = request(url, options, (incoming) => {
      incoming.on('error', fail);
      if (incoming.statusCode !== 200) return void fail(new Error(`it answered ${incoming.statusCode}`));
      const lines = createInterface({ input: incoming });
      lines.on('line', (line) => {
        // Lines may still arrive after the abort.
        if (signal?.aborted || !line.startsWith('data: ')) return;
        onEvent(JSON.parse(line.slice('data: '.length)) as SandboxEvent);
      });
      lines.on('error', fail);
      lines.on('close', () => (incoming.complete ? resolve() : fail(undefined)));
    });
    outgoing.on('error', fail);
    outgoing.end();
  });
}

/** Formats a query string of the defined values. */
export function formatQuery(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  return `?${query}`;
}

function unreachable(origin: string, cause: unknown): RelayPhoneError {
  const late = cause instanceof Error && cause.name === 'AbortError';
  const reason = late ? 'it does not answer' : (findSystemCode(cause) ?? 'the connection was lost');
  return new RelayPhoneError({
    kind: 'network',
    task: `reach the sandbox at ${origin}`,
    reason,
    tryNext: ['relay-phone sandbox'],
    cause,
  });
}
