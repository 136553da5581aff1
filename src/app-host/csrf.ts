// Recognises from an app's answer that it asks for a CSRF token, which only its own forms have.
import type { SeenAnswer } from './recognize.js';

/** Laravel's status for a missing token. */
const PAGE_EXPIRED = 419;

/**
 * What frameworks say: Django, Flask-WTF, Spring, Symfony and packages for Express write "CSRF", Rails names its exception,
 * SvelteKit has words of its own. The element `<meta name="csrf-token">` is in pages of all kinds.
 */
const WORDS = /\bcsrf\b(?!-)|InvalidAuthenticityToken|Cross-site POST form submissions are forbidden/i;

const MAX_SEARCHED = 64 * 1024;

/** True if the app refused a request because it has no CSRF token. */
export function isCsrfRefusal({ status, body }: Pick<SeenAnswer, 'status' | 'body'>): boolean {
  if (status === PAGE_EXPIRED) return true;
  return [400, 403, 422].includes(status) && WORDS.test(body.slice(0, MAX_SEARCHED));
}

/** What to do about it. The signature is what proves that a webhook comes from Twilio. */
export const CSRF_ADVICE: readonly string[] = [
  'leave the paths of webhooks out of the CSRF check (Django: @csrf_exempt; Rails: skip_forgery_protection; Laravel: validateCsrfTokens with except; Flask-WTF: @csrf.exempt)',
  'check X-Twilio-Signature there in its place',
];
