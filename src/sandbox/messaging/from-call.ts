// Sends a text from a call: <Sms> in voice TwiML.
import { TwilioProblem } from '../server/problem.js';
import type { Message } from './api/messages/message.js';
import { toTwimlCode } from './twiml-runner.js';

/** A text that a call sends. */
export interface TextFromCall {
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly statusCallback: string | undefined;
}

/** The message, or why there is none: a code of https://www.twilio.com/docs/api/errors. */
export type TextFromCallOutcome =
  | { readonly sid: string }
  | { readonly errorCode: number; readonly message: string };

/** Sends a text. @param send sends a form of the REST API, and throws TwilioProblem as that does */
export function sendTextFromCall(
  { from, to, body, statusCallback }: TextFromCall,
  send: (form: URLSearchParams) => Message,
): TextFromCallOutcome {
  const form = new URLSearchParams({ From: from, To: to, Body: body });
  if (statusCallback !== undefined) form.set('StatusCallback', statusCallback);
  try {
    return { sid: send(form).sid };
  } catch (error) {
    if (!(error instanceof TwilioProblem)) throw error;
    return { errorCode: toTwimlCode(error.code), message: error.message };
  }
}
