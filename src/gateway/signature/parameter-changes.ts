// Lists how the parameters of a form may have been changed on the way, likeliest first.
import { findHeader } from '../../exchanges/headers.js';
import type { WebhookParameters } from '../../exchanges/parameters.js';
import type { Reason } from '../../exchanges/verdict.js';
import { listCharsetChanges } from './charset-changes.js';
import { listLostParameters } from './lost-parameters.js';
import type { SignedRequest } from './signed-request.js';
import { VALUE_CHANGES } from './value-changes.js';

/** The parameters that may have been signed, and what happened to them on the way. */
export interface ParameterChange {
  readonly reason: Reason;
  readonly parameters: WebhookParameters;
  /** What happened, as a clause about the parameter `name`: "lost a space at its end". */
  readonly what: string;
  /** The first parameter that differs. */
  readonly name: string;
  /** Its value as it was signed; undefined if it was not. */
  readonly signed: string | undefined;
  /** Its value as it arrived; undefined if it did not. */
  readonly arrived: string | undefined;
}

/** Yields the changes of one kind: of all values alike, one parameter too few or too many, one value. */
export function* listParameterChanges(
  { parameters, body, headers }: Pick<SignedRequest, 'parameters' | 'body' | 'headers'>,
  accountSid: string | undefined,
): Iterable<ParameterChange> {
  const names = sortFreeTextFirst(Object.keys(parameters));
  for (const read of listCharsetChanges(parameters, body, findHeader(headers, 'content-type')))
    yield* compare(parameters, read.parameters, 'other charset', read.what);
  for (const { what, restore } of VALUE_CHANGES) {
    const restored = names.map((name) => [name, mapValue(parameters[name] ?? '', restore)] as const);
    yield* compare(parameters, Object.fromEntries(restored), 'parameter changed', what);
  }
  for (const { values, what } of listLostParameters(parameters, accountSid))
    yield* compare(parameters, { ...parameters, ...values }, 'parameter removed', what);
  for (const name of names) {
    const { [name]: value, ...others } = parameters;
    yield* compare(parameters, others, 'parameter added', 'was added');
    for (const one of typeof value === 'object' ? value : [])
      yield* compare(parameters, { ...parameters, [name]: one }, 'parameter added', 'got another value');
  }
  for (const name of names)
    for (const { what, restore } of VALUE_CHANGES) {
      const value = mapValue(parameters[name] ?? '', restore);
      // Most leave most values as they are.
      if (value !== parameters[name])
        yield* compare(parameters, { ...parameters, [name]: value }, 'parameter changed', what);
    }
}

/** What people write or say is changed more often than SIDs and numbers. */
const FREE_TEXT = ['Body', 'SpeechResult', 'TranscriptionText'] as const;

function sortFreeTextFirst(names: readonly string[]): string[] {
  const first: readonly string[] = FREE_TEXT.filter((name) => names.includes(name));
  return [...first, ...names.filter((name) => !first.includes(name))];
}

function mapValue(
  value: string | readonly string[],
  restore: (value: string) => string | readonly string[],
): string | readonly string[] {
  return typeof value === 'string' ? restore(value) : value.flatMap(restore);
}

/** Yields the change with its first difference; nothing if there is none. */
function* compare(
  arrived: WebhookParameters,
  signed: WebhookParameters,
  reason: Reason,
  what: string,
): Iterable<ParameterChange> {
  const names = new Set([...Object.keys(signed), ...Object.keys(arrived)]);
  for (const name of names) {
    const [one, other] = [readValue(signed, name), readValue(arrived, name)];
    if (one === other) continue;
    yield { reason, parameters: signed, what, name, signed: one, arrived: other };
    return;
  }
}

/** A stranger may send a parameter that is called `constructor`. */
function readValue(form: WebhookParameters, name: string): string | undefined {
  const value = Object.hasOwn(form, name) ? form[name] : undefined;
  return typeof value === 'object' ? value.join(' & ') : value;
}
