// The test credentials that an account has beside its live ones.
import { createHmac } from 'node:crypto';
import { SANDBOX_SID_PREFIX } from '../../../sandbox-sid.js';

/** A second pair of credentials that reaches nothing but Twilio's magic numbers. */
export interface TestCredentials {
  readonly sid: string;
  readonly authToken: string;
}

/** They follow from the live ones, so that a sandbox has the same whenever it is opened, and need not be kept. */
export function deriveTestCredentials(sid: string, authToken: string): TestCredentials {
  const digits = createHmac('sha256', authToken).update(`test credentials of ${sid}`).digest('hex');
  return {
    sid: SANDBOX_SID_PREFIX + digits.slice(0, 34 - SANDBOX_SID_PREFIX.length),
    authToken: digits.slice(32),
  };
}
