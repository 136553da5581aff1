// The HTTP of the control client.
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { LATE } from '../../http/failure.js';
import { NoAnswer, sendRequest } from '../../http/send.js';

/** Where a sandbox listens, and the token of its control API. */
export interface ControlAddress {
  /** Such as `http://127.0.0.1:4020`. */
  readonly origin: string;
  readonly controlToken: string;
}

/** Milliseconds. The first request loads the control API, which takes a busy machine seconds. */
const TIMEOUT_MS = 10_000;

/** Where to send a request, with which token. */
export interface SendTarget {
  readonly origin: string;
  readonly controlToken?: string;
  /** The time to wait for the answer, milliseconds. Default 10 000. */
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

/** Formats a query string of the defined values. */
export function formatQuery(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  return `?${query}`;
}

/** The error of a sandbox that cannot be reached, or is gone. */
export function unreachable(origin: string, cause: unknown): RelayPhoneError {
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
