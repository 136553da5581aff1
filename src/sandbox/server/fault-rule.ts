// What a fault rule may say, and the answer it gives.
import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http';
import { RelayPhoneError } from '../../errors.js';
import { answerProblem, type RestAnswer } from './answer.js';
import { TwilioProblem } from './problem.js';

/** Which REST requests fail, and how. Of several rules that apply, the one added last does. */
export interface FaultRule {
  /** Default: any. */
  readonly method?: string;
  /** A regular expression, looked for in the path with its query. Default: any. */
  readonly path?: string;
  /** How many matching requests to let pass first. Default 0. */
  readonly skip?: number;
  /** How many to fail. Default: all. */
  readonly times?: number;
  /** Whether the request is withheld (`before`), or carried out and only its answer withheld. Default `before`. */
  readonly when?: 'before' | 'after';
  /** An error answer, a connection that breaks, or one on which nothing ever comes. */
  readonly answer: FaultAnswer | 'drop' | 'hang';
}

/** The answer of a failed request; its body is Twilio's for errors. */
export interface FaultAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Twilio's error code. Default: 20000 and the status. */
  readonly code?: number;
  /** Default: the status's name. */
  readonly message?: string;
}

/** What a rule makes a request get instead of its answer. */
export function answerFault(path: string, { status, code, message, headers }: FaultAnswer): RestAnswer {
  const text = message ?? STATUS_CODES[status] ?? 'Error';
  return answerProblem(path, new TwilioProblem(status, code ?? 20_000 + status, text), headers);
}

/**
 * Checks a rule that comes from outside.
 *
 * @throws RelayPhoneError `usage` when it makes no sense.
 */
export function verifyRule(rule: FaultRule): FaultRule {
  const { answer, path = '' } = rule;
  attempt(`${path} is no regular expression`, () => new RegExp(path));
  if (typeof answer === 'string') return rule;
  const { status, headers = {} } = answer;
  if (!Number.isInteger(status) || status < 200 || status > 599) throw badRule(`${status} is no HTTP status`);
  for (const [name, value] of Object.entries(headers)) {
    attempt(`${name} is no header`, () => validateHeader(name, value));
  }
  return rule;
}

function validateHeader(name: string, value: string): void {
  validateHeaderName(name);
  validateHeaderValue(name, value);
}

function attempt(reason: string, work: () => void): void {
  try {
    work();
  } catch {
    throw badRule(reason);
  }
}

function badRule(reason: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: 'add the fault', reason });
}
