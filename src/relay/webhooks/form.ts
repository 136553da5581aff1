// Reads the parameters of a webhook.
import { parse } from 'node:querystring';
import type { SignedParameters } from '../../twilio/signature.js';

/** The parameters of a webhook. */
export interface WebhookForm {
  /** A parameter's value, the last where there are several; undefined when it is missing. */
  find(name: string): string | undefined;
  /** All of them, for the signature. */
  readonly parameters: SignedParameters;
}

/** Reads a form-encoded body. The object has no prototype, so that a parameter may have any name. */
export function readWebhookForm(body: string): WebhookForm {
  const signed = parse(body, '&', '=', { maxKeys: 0 }) as SignedParameters;
  return {
    find: (name) => {
      const value = signed[name];
      const last = typeof value === 'string' ? value : value?.at(-1);
      // SQLite would end the text at a NUL.
      return last?.includes('\0') ? last.replaceAll('\0', '') : last;
    },
    parameters: signed,
  };
}
