// An alert as the library and the control API show it, and the place in a document that it is about.

/** A place in a document; both numbers count from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/**
 * An alert as the library shows it: why a webhook failed, or what is wrong with a TwiML document.
 *
 * @example
 * expect(sandbox.alerts().map(({ errorCode }) => errorCode)).toEqual([]);
 */
export interface SandboxAlert {
  readonly sid: string;
  /** ISO 8601. */
  readonly at: string;
  /** A code of https://www.twilio.com/docs/api/errors. */
  readonly errorCode: number;
  readonly logLevel: 'error' | 'warning';
  readonly message: string;
  /** The URL of the webhook or the document, without its password; null if there is none. */
  readonly url: string | null;
  /** Where the document is wrong, both from 1; null if no place is known. */
  readonly line: number | null;
  readonly column: number | null;
  /** The message or call that it is about; null if it is about none. */
  readonly resourceSid: string | null;
}
