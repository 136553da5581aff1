// Test callbacks without any effect in an app: a call that rings, a text that was sent.
import { type HttpAnswer, sendRequest } from '../http/send.js';
import { fieldOf, webhooksUnder } from '../setup/webhooks.js';
import type { ApplicationInstance } from '../twilio/client.js';

/** One of them. */
export interface TestCallback {
  /** As the TwiML app has it: what Twilio signs after the public base. */
  readonly path: string;
  readonly form: Readonly<Record<string, string>>;
}

/** What an app makes of a request: takes it, refuses it, has no such page, or fails. */
export type CallbackReaction = 'taken' | 'refused' | 'absent' | 'failed';

/** Whom they are about. */
export interface TestCallbackOptions {
  readonly accountSid: string;
  /** The TwiML app that names the paths; without it they are Relay's. */
  readonly app: ApplicationInstance | undefined;
}

/** E.164; nobody's, as films use them. */
const [MASK, CONTACT] = ['+12025550100', '+12025550190'] as const;
const UNUSED_ID = '0'.repeat(32);

/** Both of them. The sids are of nothing, and Relay looks at neither before a call has ended or a text arrived. */
export function createTestCallbacks({ accountSid, app }: TestCallbackOptions): TestCallback[] {
  const usual = webhooksUnder('https://any.test');
  const pathOf = (name: 'statusCallback' | 'smsStatusCallback') => {
    const url = (app && fieldOf(app, name)) || usual[name];
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

/** How a callback is sent. */
export interface SendCallbackOptions
  extends Pick<Parameters<typeof sendRequest>[0], 'agent' | 'timeout' | 'signal'> {
  /** Where it goes. */
  readonly origin: string;
  /** What the app is to know itself under. */
  readonly publicBase: string;
  /** Undefined for none. */
  readonly signature: string | undefined;
}

/** Sends it as Twilio does, and straight to the app as a tunnel passes it on. @throws NoAnswer */
export function sendTestCallback(
  { path, form }: TestCallback,
  sending: SendCallbackOptions,
): Promise<HttpAnswer> {
  const { origin, publicBase, signature, timeout, agent, signal } = sending;
  const { host, protocol } = new URL(publicBase);
  return sendRequest({
    method: 'POST',
    url: new URL(path, origin),
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      Host: host,
      'User-Agent': 'TwilioProxy/1.1',
      ...(origin !== publicBase && { 'X-Forwarded-Proto': protocol.replace(':', '') }),
      ...(signature !== undefined && { 'X-Twilio-Signature': signature }),
    },
    body: String(new URLSearchParams(form)),
    timeout,
    agent,
    signal,
  });
}

/** Sorts an answer by its status. */
export function classifyAnswer({ status }: HttpAnswer): CallbackReaction {
  if (status >= 200 && status < 300) return 'taken';
  if ([400, 401, 403].includes(status)) return 'refused';
  return status >= 500 ? 'failed' : 'absent';
}
