// The parameters that Twilio documents for an operation: which of them the sandbox follows, and what it says of the others.
import type { Unsupported } from '../platform/events/unsupported.js';
import { invalidParameter, TwilioProblem } from './problem.js';

/** Checks a value that is not empty. @throws TwilioProblem if Twilio refuses it. */
export type ValueCheck = (name: string, value: string) => void;

/**
 * How the sandbox treats a parameter.
 * - `does`: it has Twilio's effect.
 * - `checks only`: its value may be refused; what it changes at Twilio, no app could notice.
 * - `not here`: Twilio would do something, and the sandbox does not.
 */
export interface Treatment {
  readonly kind: 'does' | 'checks only' | 'not here';
  readonly check?: ValueCheck | undefined;
  /** Values of a parameter that is here otherwise, which the sandbox lacks. */
  readonly missing?: readonly string[];
  /** Values of a parameter that is not here, which ask for what happens anyway. */
  readonly anyway?: readonly string[];
  /** A parameter without which this one has no effect at Twilio either: named only if that one is. */
  readonly partOf?: string | undefined;
}

/** All parameters of an operation, by name. */
export type ParameterTable = Readonly<Record<string, Treatment>>;

/** The parameters of an operation, ready to check requests with. */
export interface OperationParameters {
  readonly table: ParameterTable;
  /**
   * Checks the parameters of a request.
   *
   * @returns what the request asks for and the sandbox lacks; undefined if nothing
   * @throws TwilioProblem for an invalid value.
   */
  check(sent: URLSearchParams): readonly Unsupported[] | undefined;
}

/** Prepares a table. @param operation its name, such as `POST Calls`; `host` is the host that has it */
export function createOperationParameters(
  table: ParameterTable,
  operation: string,
  host: string,
): OperationParameters {
  const watched = new Map(
    Object.entries(table).filter(([, { kind, check, missing }]) => kind === 'not here' || check || missing),
  );

  function checkWatched(sent: URLSearchParams): readonly Unsupported[] | undefined {
    const names = [...new Set(sent.keys())].filter((name) => watched.has(name));
    for (const name of names) {
      for (const value of valuesOf(sent, name)) watched.get(name)?.check?.(name, value);
    }
    const lacks = names.flatMap((name) => findMissing(table, sent, name));
    if (lacks.length === 0) return undefined;
    return lacks.map((lack) => ({ what: 'parameter', name: `${lack} of ${operation}`, host }));
  }

  return {
    table,
    check: (sent) => {
      // Nearly every request has none of them, and is not held up.
      for (const name of sent.keys()) {
        if (watched.has(name)) return checkWatched(sent);
      }
      return undefined;
    },
  };
}

function valuesOf(sent: URLSearchParams, name: string): string[] {
  return sent.getAll(name).filter((value) => value !== '');
}

/** Returns what a parameter asks for and the sandbox lacks: the parameter, or some of its values. */
function findMissing(table: ParameterTable, sent: URLSearchParams, name: string): string[] {
  const { kind, missing = [], anyway = [], partOf } = table[name] ?? does;
  const values = valuesOf(sent, name);
  if (kind !== 'not here') {
    const words = values.flatMap(splitWords);
    return missing.filter((value) => words.includes(value)).map((value) => `${name}=${value}`);
  }
  const isAsked = values.some((value) => !anyway.includes(value.toLowerCase()));
  const counts = partOf === undefined || findMissing(table, sent, partOf).length > 0;
  return isAsked && counts ? [name] : [];
}

function splitWords(value: string): string[] {
  return value.split(/[\s,]+/).filter((word) => word !== '');
}

/** A parameter that has Twilio's effect. */
export const does: Treatment = { kind: 'does' };

/** Returns a parameter that has Twilio's effect, but for some values. */
export function doesExcept(...missing: readonly string[]): Treatment {
  return { kind: 'does', missing };
}

/** Returns a parameter whose effect at Twilio no app could notice. */
export function checksOnly(check?: ValueCheck): Treatment {
  return { kind: 'checks only', check };
}

/** Returns a parameter that the sandbox does not follow. */
export function notHere(details: Omit<Treatment, 'kind' | 'missing'> = {}): Treatment {
  return { kind: 'not here', ...details };
}

/** The parameters of every list. */
export const PAGING: ParameterTable = { PageSize: does, Page: does, PageToken: does };

/** Returns the filter by a date and its two ends: `name`, `name<`, `name>`. */
export function dateFilter(name: string): ParameterTable {
  return { [name]: does, [`${name}<`]: does, [`${name}>`]: does };
}

/** Accepts `true` and `false`. */
export const flag: ValueCheck = (name, value) => oneOf(['true', 'false'])(name, value.toLowerCase());

/** Accepts whole numbers from 1. */
export const count: ValueCheck = (name, value) => {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw invalidParameter(name, value);
};

/** Returns a check that accepts some words, alone or as a list with commas or spaces. @param code of the refusal */
export function oneOf(words: readonly string[], code?: number): ValueCheck {
  return (name, value) => {
    const wrong = splitWords(value).find((word) => !words.includes(word));
    if (wrong === undefined) return;
    throw code === undefined
      ? invalidParameter(name, wrong)
      : new TwilioProblem(400, code, `Invalid ${name}: ${wrong}`);
  };
}
