// Tells a sandbox account from a Twilio account by its SID; outside the sandbox because rooms that may not import it ask too.

/** How the SID of every sandbox account begins; what follows is random. */
export const SANDBOX_SID_PREFIX = 'AC5a4db0c5';

/** Whether `sid` is the SID of a sandbox account. */
export function isSandboxSid(sid: string): boolean {
  return sid.startsWith(SANDBOX_SID_PREFIX);
}
