// Injected faults: rules that make chosen requests fail, to test how an app handles it.
import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http';
import { RelayPhoneError } from '../../errors.js';
import { answerProblem, type RestAnswer } from './answer.js';
import { TwilioProblem } from './problem.js';

/**
 * Which REST requests fail, and how. If several rules match a request, the newest applies.
 *
 * @example
 * // The next request that sends a text gets 503 and Twilio's error 20503.
 * sandbox.fail({ method: 'POST', path: 'Messages', times: 1, answer: { status: 503 } });
 */
export interface FaultRule {
  /** The HTTP method. Default: any. */
  readonly method?: string;
  /** A regular expression, searched in the path with its query. Default: any path. */
  readonly path?: string;
  /** How many matching requests pass first. Default 0. */
  readonly skip?: number;
  /** How many requests fail. Default: all. */
  readonly times?: number;
  /** `before`: the request has no effect. `after`: it has its effect, only the answer is lost. Default `before`. */
  readonly when?: 'before' | 'after';
  /** An error answer, a dropped connection, or a connection that hangs without an answer. */
  readonly answer: FaultAnswer | 'drop' | 'hang';
}

/** The answer of a failed request. Its body is that of Twilio's errors. */
export interface FaultAnswer {
  /** The HTTP status, 200 to 599. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Twilio's error code. Default: 20000 plus the status. */
  readonly code?: number;
  /** Default: the status's name. */
  readonly message?: string;
}

/**
 * A rule in force.
 *
 * @example
 * const fault = sandbox.fail({ path: 'Calls', answer: 'drop' });
 * await fault.reached; // the app has made its request
 * fault.remove();
 */
export interface Fault {
  readonly id: string;
  readonly rule: FaultRule;
  /** How many requests it has made fail. */
  readonly hits: number;
  /** Resolves when the first request has failed; with `when: 'after'`, once that request has had its effect. */
  readonly reached: Promise<void>;
  remove(): void;
}

/** The rules in force. */
export interface FaultStore {
  /** @throws RelayPhoneError `usage` if the rule is invalid. */
  add(rule: FaultRule): Fault;
  list(): readonly Fault[];
  clear(): void;
  /** Returns the fault to apply to a request, undefined if none. Counts it as one of the rule's `times`. */
  match(method: string, target: string): MatchedFault | undefined;
}

/** A fault to apply to one request. */
export interface MatchedFault {
  readonly fault: Fault;
  readonly rule: FaultRule;
  /** Counts the hit. Call it before the fault's answer; with `when: 'after'`, once the request has had its effect. */
  reached(): void;
}

interface Entry extends MatchedFault {
  applies(method: string, target: string): boolean;
}

/** Creates a store without rules. */
export function createFaultStore(): FaultStore {
  let entries: readonly Entry[] = [];
  let added = 0;
  return {
    add: (rule) => {
      added += 1;
      const entry = createEntry(String(added), verifyRule(rule), () => {
        entries = entries.filter((other) => other !== entry);
      });
      entries = [entry, ...entries];
      return entry.fault;
    },
    list: () => entries.map((entry) => entry.fault),
    clear: () => {
      entries = [];
    },
    match: (method, target) => entries.find((entry) => entry.applies(method, target)),
  };
}

/** Returns the answer that a rule gives to a request for `path`. */
export function answerFault(path: string, { status, code, message, headers }: FaultAnswer): RestAnswer {
  const text = message ?? STATUS_CODES[status] ?? 'Error';
  return answerProblem(path, new TwilioProblem(status, code ?? 20_000 + status, text), headers);
}

function createEntry(id: string, rule: FaultRule, remove: () => void): Entry {
  const pattern = new RegExp(rule.path ?? '');
  const method = rule.method?.toUpperCase();
  let seen = 0;
  let matched = 0;
  let hits = 0;
  let resolveReached = () => {};
  const whenReached = new Promise<void>((resolve) => {
    resolveReached = resolve;
  });
  const fault = {
    id,
    rule,
    remove,
    reached: whenReached,
    get hits() {
      return hits;
    },
  };
  function applies(requestMethod: string, target: string): boolean {
    if ((method && method !== requestMethod) || !pattern.test(target)) return false;
    seen += 1;
    const isHit = seen > (rule.skip ?? 0) && matched < (rule.times ?? Number.POSITIVE_INFINITY);
    if (isHit) matched += 1;
    return isHit;
  }
  function reached(): void {
    hits += 1;
    resolveReached();
  }
  return { rule, fault, applies, reached };
}

function verifyRule(rule: FaultRule): FaultRule {
  const { answer, path = '' } = rule;
  attempt(`${path} is not a regular expression`, () => new RegExp(path));
  if (typeof answer === 'string') return rule;
  const { status, headers = {} } = answer;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw badRule(`${status} is not an HTTP status from 200 to 599`);
  }
  for (const [name, value] of Object.entries(headers)) {
    attempt(`${name} is not a valid header`, () => {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    });
  }
  return rule;
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
