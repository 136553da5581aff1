// Explains the errors that the SDK throws, and decides whether Twilio may have carried out a failed request.
import { RelayPhoneError } from '../errors.js';
import { NoAnswer } from '../http/send.js';
import { errorPage, findAdvice } from './advice.js';

/** The part of the SDK's `RestException` that we read. */
export interface RestFailure {
  readonly status: number;
  readonly code?: number;
  readonly message: string;
}

/** Returns the HTTP status and Twilio code of a REST error, or undefined for any other error. */
export function findRestFailure(error: unknown): RestFailure | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number'
    ? (error as Error & RestFailure)
    : undefined;
}

/** True if Twilio answered that the resource does not exist (404). */
export function isNotFound(error: unknown): boolean {
  return findRestFailure(error)?.status === 404;
}

/** True if Twilio answered that the account has no such thing: not that it is too busy to look, or broken. */
export function isRefusal(error: unknown): boolean {
  const { status } = findRestFailure(error) ?? { status: 0 };
  return status >= 400 && status < 500 && status !== 429;
}

/** True if Twilio may have carried out the failed request: no answer after it was sent, or a 5xx. */
export function mayHaveHappened(error: unknown): boolean {
  if (error instanceof NoAnswer) return error.mayHaveArrived;
  return (findRestFailure(error)?.status ?? 0) >= 500;
}

/**
 * Turns an error of the SDK into one that people understand.
 *
 * @param task what was tried, as the rest of "Failed to …"
 * @param error what the SDK threw
 * @returns a RelayPhoneError: `refused` for an answer, `network` for none, `needsUser` if a proxy refuses the connection or
 *   the sandbox cannot write; any other error comes back unchanged
 */
export function explainTwilioFailure(task: string, error: unknown): unknown {
  if (error instanceof NoAnswer) return explainNoAnswer(task, error);
  const failure = findRestFailure(error);
  if (!failure) return error;
  if (failure.status === SANDBOX_CANNOT_WRITE) return explainSandboxFault(task, failure);
  return failure.status >= 500 || failure.status === 429
    ? explainOutage(task, failure)
    : explainRefusal(task, failure);
}

/**
 * Awaits a request of the SDK and explains its failure.
 *
 * @param task what is tried, as the rest of "Failed to …"
 * @throws RelayPhoneError `refused` or `network`; see {@link explainTwilioFailure}
 */
export async function explaining<T>(task: string, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw explainTwilioFailure(task, error);
  }
}

/** The status of the sandbox when this machine's disk fails it; Twilio never sends it. */
const SANDBOX_CANNOT_WRITE = 507;

function explainSandboxFault(task: string, failure: RestFailure): RelayPhoneError {
  const reason = failure.message.replace(/\.$/, '');
  const tryNext = ['correct that, then run it again'];
  return new RelayPhoneError({ kind: 'needsUser', task, reason, tryNext, cause: failure });
}

function explainNoAnswer(task: string, error: NoAnswer): RelayPhoneError {
  const { kind, tryNext } = error.proxyFailure ?? {
    kind: 'network',
    tryNext: ['run it again', 'check the network; behind a proxy, set HTTPS_PROXY'],
  };
  return new RelayPhoneError({ kind, task, reason: error.message, tryNext, cause: error });
}

function explainOutage(task: string, failure: RestFailure): RelayPhoneError {
  const reason =
    failure.status === 429
      ? `Twilio limits the rate of requests (HTTP 429${codeOf(failure)})`
      : `Twilio failed to answer (HTTP ${failure.status}${codeOf(failure)})`;
  const tryNext = ['run it again in a minute', 'https://status.twilio.com'];
  return new RelayPhoneError({ kind: 'refused', task, reason, tryNext, cause: failure });
}

function explainRefusal(task: string, failure: RestFailure): RelayPhoneError {
  const { code, message } = failure;
  const advice = code === undefined ? undefined : findAdvice(code);
  return new RelayPhoneError({
    kind: 'refused',
    task,
    reason: `${advice?.meaning ?? message.replace(/\.$/, '')} (Twilio ${code ?? `HTTP ${failure.status}`})`,
    cause: failure,
    ...(advice && { tryNext: advice.tryNext }),
    ...(code !== undefined && { more: errorPage(code), twilioCode: code }),
  });
}

function codeOf(failure: RestFailure): string {
  return failure.code === undefined ? '' : `, Twilio ${failure.code}`;
}
