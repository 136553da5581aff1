// Decides whether this setup uses ngrok.
import { RelayPhoneError } from '../../../errors.js';
import { findAuthtoken } from '../../../tunnel/ngrok/settings.js';
import type { SourcedValue } from '../../../tunnel/tunnel.js';
import { type DoctorContext, findConfiguredPublicBase } from '../doctor-context.js';

const NGROK_HOST = /(^|\.)ngrok(-free)?\.(app|dev|io|pizza)$/;

/**
 * Whether the environment or `.env` names ngrok, and for Twilio itself also whether its public base is one of ngrok's, or
 * an `ngrok.yml` has a token: what needs no internet must not ask for it because some such file is there.
 */
export function isNgrokUsed(context: DoctorContext): boolean {
  const { environment, envFile } = context;
  const named = ['NGROK_AUTHTOKEN', 'NGROK_DOMAIN'].some(
    (key) => environment[key] || envFile?.values.get(key),
  );
  if (named || context.target !== 'live') return named;
  const base = findConfiguredPublicBase(context);
  if (base && NGROK_HOST.test(new URL(base).hostname)) return true;
  return context.ngrok.places.yml.files.some(({ authtoken }) => authtoken !== undefined);
}

/** What `find` gives, or what is wrong with the value that it found. */
export function valueOrError<T>(find: () => T): T | RelayPhoneError {
  try {
    return find();
  } catch (error) {
    if (error instanceof RelayPhoneError) return error;
    throw error;
  }
}

/** Returns the authtoken, or undefined if it is missing or malformed. */
export function findUsableAuthtoken({ ngrok }: DoctorContext): SourcedValue | undefined {
  const found = valueOrError(() => findAuthtoken(undefined, ngrok.places));
  return found instanceof RelayPhoneError ? undefined : found;
}
