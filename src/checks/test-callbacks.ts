// Test callbacks that have no effect in an app: of a call that is ringing, and of a text that was sent.
import { type HttpAnswer, sendRequest } from '../http/send.js';
import { TWILIO_AGENT } from '../http/user-agents.js';
import { fieldOf, webhooksUnder } from '../setup/webhooks.js';
import type { ApplicationInstance } from '../twilio/client.js';
import type { SignedParameters } from '../twilio/signature.js';

/** A webhook request for an app, without its signature. */
export interface TestCallback {
  /** The path with its query, as Twilio signs it after the public base. */
  readonly path: string;
  readonly form: SignedParameters;
}

/** How an app reacts to a request. */
export type CallbackReaction = 'accepted' | 'refused' | 'not found' | 'failed';

/** What the callbacks are about. */
export interface TestCallbackOptions {
  readonly accountSid: string;
  /** The TwiML app with the URLs of the callbacks; undefined for Relay's paths. */
  readonly twimlApp: ApplicationInstance | undefined;
}

/** Fictional numbers, in E.164. */
const [MASK, CONTACT] = ['+12025550100', '+12025550190'] as const;
const UNUSED_ID = '0'.repeat(32);

/**
 * Returns a voice and a text status callback. Their call and message do not exist. Relay looks for neither before a call
 * has ended or a text has arrived.
 */
export function createTestCallbacks({ accountSid, twimlApp }: TestCallbackOptions): TestCallback[] {
  const defaults = webhooksUnder('https://any.test');
  const pathOf = (name: 'statusCallback' | 'smsStatusCallback') => {
    const url = (twimlApp && fieldOf(twimlApp, name)) || defaults[name];
    return url.replace(/^[a-z]+:\/\/[^/?#]*/i, '');
  };
  const common = { AccountSid: accountSid, ApiVersion: '2010-04-01', From: CONTACT, To: MASK };
  return [
    {
      path: pathOf('statusCallback'),
      form: {
        ...common,
        CallSid: `CA${UNUSED_ID}`,
        CallStatus: 'ringing',
        Called: MASK,
        Caller: CONTACT,
        Direction: 'inbound',
      },
    },
    {
      path: pathOf('smsStatusCallback'),
      form: {
        ...common,
        MessageSid: `SM${UNUSED_ID}`,
        SmsSid: `SM${UNUSED_ID}`,
        MessageStatus: 'sent',
        SmsStatus: 'sent',
      },
    },
  ];
}

/** Where and how a callback is sent. */
export interface SendCallbackOptions
  extends Pick<Parameters<typeof sendRequest>[0], 'agent' | 'timeoutMs' | 'signal'> {
  /** The origin that the request is sent to. */
  readonly origin: string;
  /** The public base, for the headers that a tunnel sends to the app. */
  readonly publicBase: string;
  /** The value of X-Twilio-Signature; undefined to send none. */
  readonly signature: string | undefined;
}

/** Sends a callback as Twilio sends it, or to the app itself as a tunnel passes it on. @throws NoAnswer */
export function sendTestCallback(
  { path, form }: TestCallback,
  { origin, publicBase, signature, timeoutMs, agent, signal }: SendCallbackOptions,
): Promise<HttpAnswer> {
  const { host, protocol } = new URL(publicBase);
  return sendRequest({
    method: 'POST',
    url: new URL(path, origin),
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      Host: host,
      'User-Agent': TWILIO_AGENT,
      ...(origin !== publicBase && { 'X-Forwarded-Proto': protocol.replace(':', '') }),
      ...(signature !== undefined && { 'X-Twilio-Signature': signature }),
    },
    body: encodeForm(form),
    timeoutMs,
    agent,
    signal,
  });
}

function encodeForm(form: SignedParameters): string {
  const pairs = Object.entries(form).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  return String(new URLSearchParams(pairs));
}

/** Returns how the app reacted, by the status of its answer. */
export function classifyAnswer({ status }: HttpAnswer): CallbackReaction {
  if (status >= 200 && status < 300) return 'accepted';
  if ([400, 401, 403].includes(status)) return 'refused';
  return status >= 500 ? 'failed' : 'not found';
}
