// Reads the parameters of a webhook, and what of them is worth a look.
import { parse } from 'node:querystring';
import type { SignedParameters } from '../twilio/signature.js';

const FORM_TYPE = 'application/x-www-form-urlencoded';
const SID_LENGTH = 34;
const SID = /^[A-Z]{2}[0-9a-f]{32}$/i;

/** Those that say which thing a webhook is about, first match first, and those that say what became of it. */
const SUBJECT_PARAMETERS = ['MessageSid', 'CallSid', 'SmsSid'] as const;
const STATE_PARAMETERS = ['MessageStatus', 'SmsStatus', 'CallStatus', 'SequenceNumber', 'Digits'] as const;

/** What is known of a webhook from its parameters. */
interface WebhookIdentifiers {
  readonly sids: Readonly<Record<string, string>>;
  readonly from: string | null;
  readonly to: string | null;
}

/** Whether a body of this type is a form. */
export function isForm(type: string | undefined): boolean {
  return type === FORM_TYPE || type?.split(';')[0]?.trim().toLowerCase() === FORM_TYPE;
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

/** See {@link WebhookIdentifiers}. */
export function readIdentifiers(parameters: SignedParameters): WebhookIdentifiers {
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
  const sid = SUBJECT_PARAMETERS.map((name) => last(parameters[name])).find(Boolean);
  if (sid === undefined) return null;
  return [splitTarget(target).pathname, sid, ...STATE_PARAMETERS.map((name) => last(parameters[name]))].join(
    ' ',
  );
}

function last(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' || value === undefined ? value : value.at(-1);
}

/** A target's path, and its query with the question mark. */
export function splitTarget(target: string): { readonly pathname: string; readonly query: string } {
  const at = target.indexOf('?');
  return at === -1
    ? { pathname: target, query: '' }
    : { pathname: target.slice(0, at), query: target.slice(at) };
}
