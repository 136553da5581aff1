// Reads the parameters of a webhook, and what of them is worth a look.
import { parse } from 'node:querystring';
import type { SignedParameters } from '../twilio/signature.js';
import { splitTarget } from './signature/candidates.js';

const FORM = 'application/x-www-form-urlencoded';
const SID_LENGTH = 34;
const SID = /^[A-Z]{2}[0-9a-f]{32}$/i;

/** Those that say which thing a webhook is about, first match first, and those that say what became of it. */
const SUBJECTS = ['MessageSid', 'CallSid', 'SmsSid'] as const;
const STATES = ['MessageStatus', 'SmsStatus', 'CallStatus', 'SequenceNumber', 'Digits'] as const;

/** What is known of a webhook from its parameters. */
export interface WebhookFacts {
  readonly sids: Readonly<Record<string, string>>;
  readonly from: string | null;
  readonly to: string | null;
}

/** Whether a body of this type is a form. */
export function isForm(type: string | undefined): boolean {
  return type === FORM || type?.split(';')[0]?.trim().toLowerCase() === FORM;
}

/** The parameters of a form-encoded text. */
export function readParameters(text: string): SignedParameters {
  return parse(text, '&', '=', { maxKeys: 0 }) as SignedParameters;
}

/** The parameters that a webhook bears, in its body or, sent with GET, in its query. */
export function readWebhookParameters(target: string, form: SignedParameters): SignedParameters {
  return form.From !== undefined || !target.includes('?')
    ? form
    : { ...readParameters(splitTarget(target).query.slice(1)), ...form };
}

/** See {@link WebhookFacts}. */
export function readFacts(parameters: SignedParameters): WebhookFacts {
  const sids: Record<string, string> = {};
  for (const name in parameters) {
    if (!name.endsWith('Sid')) continue;
    const value = last(parameters[name]);
    if (value?.length === SID_LENGTH && SID.test(value)) sids[name] = value;
  }
  return { sids, from: last(parameters.From) ?? null, to: last(parameters.To) ?? null };
}

/** What a webhook is about, and its state: what attempts at it have in common that bear no token. */
export function findWebhookSubject(target: string, parameters: SignedParameters): string | null {
  const sid = SUBJECTS.map((name) => last(parameters[name])).find(Boolean);
  if (sid === undefined) return null;
  return [splitTarget(target).pathname, sid, ...STATES.map((name) => last(parameters[name]))].join(' ');
}

function last(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' || value === undefined ? value : value.at(-1);
}
