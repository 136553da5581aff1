// Forms that Twilio may send and that apps misread before they check the signature: each shows one way of misreading.
import type { HttpAnswer } from '../http/send.js';
import type { SignedParameters } from '../twilio/signature.js';
import { classifyAnswer, type TestCallback } from './test-callbacks.js';

/** A parameter, and what an app does that refuses a form because of it, as the rest of "it …". */
interface DifficultParameter {
  readonly parameters: SignedParameters;
  readonly misreading: string;
  /** True if Twilio may send such a form by its rules, and no webhook that is known does. */
  readonly isRare?: boolean;
}

/** Twilio may add parameters to a webhook at any time, so an app has to accept names that it does not know. */
const DIFFICULT: readonly DifficultParameter[] = [
  { parameters: { ProbeSpaces: ' two spaces around ' }, misreading: 'drops spaces at the ends of a value' },
  { parameters: { ProbeEmpty: '' }, misreading: 'drops empty values, or makes them null' },
  { parameters: { ProbeEmoji: '📲 Grüße' }, misreading: 'breaks characters outside ASCII' },
  { parameters: { ProbeLines: 'one\r\ntwo' }, misreading: 'changes the line ends in a value' },
  { parameters: { ProbeSigns: 'a+b & c=d %41' }, misreading: 'misreads the signs + & = %' },
  {
    parameters: { ProbeTwice: ['first', 'second'] },
    misreading: 'loses a name that comes twice',
    isRare: true,
  },
];

/** What an app does to a form, as the rest of "it …". */
export type Misreading = Pick<DifficultParameter, 'misreading' | 'isRare'>;

/** Why it matters that an app misreads a form: what Twilio sends, or what it might send. */
export const MISREADING_REASONS = {
  usual: 'Texts with such characters are refused, and only those.',
  rare: 'Twilio signs all values of a name that comes twice; no webhook for phone masks has one today.',
} as const;

/** The advice for an app that misreads forms. */
export const MISREADING_ADVICE: readonly string[] = [
  'check the signature on the form as it came, before anything changes it (Laravel: TrimStrings and ConvertEmptyStringsToNull)',
  "https://www.twilio.com/docs/usage/security#validating-requests, or the middleware of Twilio's SDK",
];

/**
 * Finds out how an app misreads forms: sends a callback that it accepts otherwise with all difficult parameters, and if it
 * refuses that, with each one alone.
 *
 * @param send sends a callback with a valid signature
 * @returns what the app does; empty if it accepts all
 * @throws what `send` throws
 */
export async function findMisreadings(
  callback: TestCallback,
  send: (callback: TestCallback) => Promise<HttpAnswer>,
): Promise<readonly Misreading[]> {
  const isAccepted = async (more: readonly DifficultParameter[]) => {
    const form = Object.assign({}, callback.form, ...more.map(({ parameters }) => parameters));
    return classifyAnswer(await send({ ...callback, form })) === 'accepted';
  };
  if (await isAccepted(DIFFICULT)) return [];
  const found: Misreading[] = [];
  for (const one of DIFFICULT) if (!(await isAccepted([one]))) found.push(one);
  return found.length > 0 ? found : [{ misreading: 'refuses several parameters that it does not know' }];
}
