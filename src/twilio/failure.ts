// Turns what the SDK throws into an error for people, and says whether a request may have been carried out.
import { RelayPhoneError } from '../errors.js';
import { NoAnswer } from '../http/send.js';
import { errorPage, findAdvice } from './advice.js';

/** The part of the SDK's `RestException` we read. */
export interface RestFailure {
  readonly status: number;
  readonly code?: number;
  readonly message: string;
}

/** The HTTP status and Twilio code of a REST error; undefined for anything else. */
export function findRestFailure(error: unknown): RestFailure | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number'
    ? (error as Error & RestFailure)
    : undefined;
}

/** Whether this is Twilio's answer that the resource does not exist (404). */
export function isNotFound(error: unknown): boolean {
  return findRestFailure(error)?.status === 404;
}

/** Whether Twilio may have carried out the request although it failed: no answer, or a 5xx. */
export function mayHaveHappened(error: unknown): boolean {
  if (error instanceof NoAnswer) return error.mayHaveArrived;
  return (findRestFailure(error)?.status ?? 0) >= 500;
}

/**
 * Explains a failed request.
 *
 * @param task what was tried, as the rest of "Failed to …"
 * @param error what the SDK threw
 * @returns `refused` for any answer of Twilio's, `network` for none; anything that is neither comes back unchanged
 */
export function explainTwilioFailure(task: string, error: unknown): unknown {
  if (error instanceof NoAnswer) return explainSilence(task, error);
  const failure = findRestFailure(error);
  if (!failure) return error;
  return failure.status >= 500 || failure.status === 429
    ? explainTrouble(task, failure)
    : explainRefusal(task, failure);
}

/** Runs a request of the SDK's and explains its failure; see {@link explainTwilioFailure}. */
export async function explaining<T>(task: string, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw explainTwilioFailure(task, error);
  }
}

function explainSilence(task: string, error: NoAnswer): RelayPhoneError {
  const tryNext = ['run it again', 'check the network; behind a proxy, set HTTPS_PROXY'];
  return new RelayPhoneError({ kind: 'network', task, reason: error.message, tryNext, cause: error });
}

function explainTrouble(task: string, failure: RestFailure): RelayPhoneError {
  const reason =
    failure.status === 429
      ? `Twilio asks us to slow down (HTTP 429${codeOf(failure)})`
      : `Twilio has trouble of its own (HTTP ${failure.status}${codeOf(failure)})`;
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
