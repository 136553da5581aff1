// How long an app has before it is called about what it has just asked for.

/**
 * Milliseconds. Many apps store a message's or call's SID, or the file that a text shows, in a transaction that ends after
 * the request. Twilio is far away; a sandbox next door would call before that.
 */
export const CALLBACK_DELAY_MS = 100;
