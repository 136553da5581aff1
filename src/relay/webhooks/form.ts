// Reads the parameters of a webhook.
import type { SignedParameters } from '../../twilio/signature.js';

/** The parameters of a webhook. */
export interface Form {
  /** A parameter's value, the last where there are several; undefined when it is missing. */
  find(name: string): string | undefined;
  /** All of them, for the signature. */
  readonly signed: SignedParameters;
}

/** Reads a form-encoded body. */
export function readForm(body: string): Form {
  const parameters = new URLSearchParams(body);
  // Without a prototype, so that a parameter may have any name.
  const signed: Record<string, string | string[]> = Object.create(null);
  for (const name of parameters.keys()) {
    const values = parameters.getAll(name);
    signed[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return {
    // SQLite would end the text at a NUL.
    find: (name) => parameters.getAll(name).at(-1)?.replaceAll('\0', ''),
    signed,
  };
}
