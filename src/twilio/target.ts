// The target of a command, live or sandbox, and the check that keeps their credentials apart.
import { RelayPhoneError } from '../errors.js';
import { isSandboxSid } from '../sandbox-sid.js';

/** Twilio's own service, or a sandbox. */
export type Target = { readonly kind: 'live' } | SandboxTarget;

/** The sandbox at `origin`. */
export interface SandboxTarget {
  readonly kind: 'sandbox';
  readonly origin: string;
  /** Its account, as it named it itself after it had proved that it knows its control token. Any SID may be one. */
  readonly accountSid: string;
}

/** Returns the origin of a target's 2010 API, which also serves media. */
export function apiOriginOf(target: Target): string {
  return target.kind === 'sandbox' ? target.origin : 'https://api.twilio.com';
}

/** The form of an account SID. */
export const ACCOUNT_SID = /^AC[0-9a-fA-F]{32}$/;

/** The form of an auth token. */
export const AUTH_TOKEN = /^[0-9a-fA-F]{32}$/;

/**
 * Checks that an account belongs to a target.
 *
 * @throws RelayPhoneError `usage` if a sandbox SID would go to Twilio, or to the sandbox one that is not its own and has no
 *   sandbox's form, which may be a live one.
 */
export function verifyFits(target: Target, accountSid: string): void {
  if (target.kind === 'sandbox' && target.accountSid === accountSid) return;
  const sandbox = isSandboxSid(accountSid);
  if (sandbox === (target.kind === 'sandbox')) return;
  throw new RelayPhoneError({
    kind: 'usage',
    task: sandbox ? 'ask Twilio' : 'ask the sandbox',
    reason: sandbox
      ? `${accountSid} is a sandbox account, which Twilio does not know`
      : `${accountSid} is a live account, and live credentials are never sent to the sandbox`,
    tryNext: [sandbox ? 'the same command with --sandbox' : 'the same command with --live'],
  });
}
