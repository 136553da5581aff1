// Reads the parameters of a webhook: its SIDs, its numbers, and what identifies repeated attempts.
import { parse } from 'node:querystring';

/** The parameters of a form or query; a repeated parameter has all its values. */
export type WebhookParameters = Readonly<Record<string, string | readonly string[]>>;

const FORM_TYPE = 'application/x-www-form-urlencoded';
const SID_LENGTH = 34;
const SID = /^[A-Z]{2}[0-9a-f]{32}$/i;

/** Parameters that identify the text or call of a webhook, in order of preference, and those that hold its state. */
const SUBJECT_PARAMETERS = ['MessageSid', 'CallSid', 'SmsSid'] as const;
const STATE_PARAMETERS = ['MessageStatus', 'SmsStatus', 'CallStatus', 'SequenceNumber', 'Digits'] as const;

/** What identifies a webhook to people. */
interface WebhookIdentifiers {
  /** All SIDs, by parameter name. */
  readonly sids: Readonly<Record<string, string>>;
  readonly from: string | null;
  readonly to: string | null;
}

/** True if a content type is form-encoded. */
export function isForm(type: string | undefined): boolean {
  return type === FORM_TYPE || type?.split(';')[0]?.trim().toLowerCase() === FORM_TYPE;
}

/** Parses a form-encoded text. */
export function readParameters(text: string): WebhookParameters {
  return parse(text, '&', '=', { maxKeys: 0 }) as WebhookParameters;
}

/** Reads the parameters of a webhook: of its body, or of its query if it was sent with GET. */
export function readWebhookParameters(target: string, form: WebhookParameters): WebhookParameters {
  return form.From !== undefined || !target.includes('?')
    ? form
    : { ...readParameters(splitTarget(target).query.slice(1)), ...form };
}

/** Reads the SIDs and numbers of a webhook. */
export function readIdentifiers(parameters: WebhookParameters): WebhookIdentifiers {
  const sids: Record<string, string> = {};
  for (const name in parameters) {
    if (!name.endsWith('Sid')) continue;
    const value = last(parameters[name]);
    if (value?.length === SID_LENGTH && SID.test(value)) sids[name] = value;
  }
  return { sids, from: last(parameters.From) ?? null, to: last(parameters.To) ?? null };
}

/** Returns what attempts of one webhook share, if they have no idempotency token: path, SID and state; null without a SID. */
export function findWebhookSubject(target: string, parameters: WebhookParameters): string | null {
  const sid = SUBJECT_PARAMETERS.map((name) => last(parameters[name])).find(Boolean);
  if (sid === undefined) return null;
  return [splitTarget(target).pathname, sid, ...STATE_PARAMETERS.map((name) => last(parameters[name]))].join(
    ' ',
  );
}

function last(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' || value === undefined ? value : value.at(-1);
}

/** A path and query that can be sent as they are: no spaces, no fragment, nothing that is not ASCII. */
export const REPLAY_PATH = /^\/[\x21\x22\x24-\x7e]*$/;

/** Splits a request target into its path and its query, which includes the question mark. */
export function splitTarget(target: string): { readonly pathname: string; readonly query: string } {
  const at = target.indexOf('?');
  return at === -1
    ? { pathname: target, query: '' }
    : { pathname: target.slice(0, at), query: target.slice(at) };
}
