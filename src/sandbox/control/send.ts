// The client's side of HTTP: one request, or the stream of events; over node:http because the global fetch takes long to load.
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { debug, debugRequest } from '../../debug.js';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import type { SandboxEvent } from '../platform/events/event.js';

/** Where a sandbox listens and what its control API asks for. */
export interface ControlAddress {
  /** Such as `http://127.0.0.1:4020`. */
  readonly origin: string;
  readonly controlToken: string;
}

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

/** Which events to read. */
export interface Following {
  /** Only those of a trace; the sandbox ends the stream when nothing of it is under way. Default: all, without end. */
  readonly traceId?: string;
  /** Begins with those after this id. Default: with the next. */
  readonly since?: number;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/**
 * Calls `onEvent` for each event, and resolves when the stream has come to its end or `signal` ended it.
 *
 * @throws RelayPhoneError `network` when the sandbox is not there, or goes away.
 */
export function followEvents(
  { origin, controlToken }: ControlAddress,
  { traceId, since, signal }: Following,
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
        // What was on its way when it was ended is no longer asked for.
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

/** A query of what is given. */
export function formatQuery(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  return `?${query}`;
}

/** The error for a sandbox that did not answer. */
function unreachable(origin: string, cause: unknown): RelayPhoneError {
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
