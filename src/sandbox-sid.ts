// Distinguishes sandbox accounts from Twilio accounts by their SID. Outside sandbox/, because other rooms need it too.

/** The start of every sandbox account SID; the rest is random. */
export const SANDBOX_SID_PREFIX = 'AC5a4db0c5';

/** True if `sid` belongs to a sandbox account. */
export function isSandboxSid(sid: string): boolean {
  return sid.startsWith(SANDBOX_SID_PREFIX);
}
