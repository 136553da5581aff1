// The HTTP of the control client: single requests and the event stream.
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { LATE } from '../../http/failure.js';
import { streamLines } from '../../http/lines.js';
import { NoAnswer, sendRequest } from '../../http/send.js';
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

/** The longest answer: another program on the port may send without end. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Sends a request, with the token if there is one.
 *
 * @throws RelayPhoneError `network` without an answer in time.
 */
export async function sendControlRequest(
  { origin, controlToken, timeoutMs = TIMEOUT_MS }: SendTarget,
  method: string,
  path: string,
  body?: unknown,
): Promise<ControlAnswer> {
  try {
    const { status, body: text } = await sendRequest({
      method,
      url: new URL(`${origin}/_sandbox${path}`),
      headers: controlToken === undefined ? {} : { Authorization: `Bearer ${controlToken}` },
      timeoutMs,
      maxBodyBytes: MAX_ANSWER_BYTES,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (text.length >= MAX_ANSWER_BYTES) throw unreachable(origin, new Error('the answer is too long'));
    return { status, text };
  } catch (error) {
    throw error instanceof NoAnswer ? unreachable(origin, error.cause) : error;
  }
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
  const url = new URL(`${origin}/_sandbox/events${formatQuery({ trace: traceId, since })}`);
  const headers = { Authorization: `Bearer ${controlToken}` };
  return streamLines({ url, headers, signal }, (line) => {
    // Lines may still arrive after the abort.
    if (signal?.aborted || !line.startsWith('data: ')) return;
    onEvent(JSON.parse(line.slice('data: '.length)) as SandboxEvent);
  }).catch((error: unknown) => {
    if (!signal?.aborted) throw unreachable(origin, error);
  });
}

/** Formats a query string of the defined values. */
export function formatQuery(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  return `?${query}`;
}

function unreachable(origin: string, cause: unknown): RelayPhoneError {
  const code = findSystemCode(cause);
  const reason = code === LATE ? 'it does not answer' : (code ?? 'the connection was lost');
  return new RelayPhoneError({
    kind: 'network',
    task: `reach the sandbox at ${origin}`,
    reason,
    tryNext: ['relay-phone sandbox'],
    cause,
  });
}
