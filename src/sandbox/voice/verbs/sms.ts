// <Sms>: sends a text during a call.
import type { TraceContext } from '../../platform/events/stream.js';
import type { Sms } from '../../twiml/voice/script.js';
import type { Parameter } from '../../webhooks/signature.js';
import { type CallExecution, type NextStep, stepToAction } from '../execution/execution.js';

/** What `<Sms>` needs. */
export interface SmsDeps {
  /** Sends a text; `trace` names its cause. */
  readonly sendSms: (sms: SmsRequest, trace: TraceContext) => SmsResult;
}

/** A text to send. */
export interface SmsRequest {
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly statusCallback: string | undefined;
}

/** A text that was sent, or why it was not: a code of https://www.twilio.com/docs/api/errors. */
export type SmsResult = { readonly sid: string } | { readonly errorCode: number; readonly message: string };

/**
 * Runs `<Sms>`. The `SmsStatus` that its action gets is not certain. See https://www.twilio.com/docs/voice/twiml/sms.
 */
export function runSms(execution: CallExecution, verb: Sms, { sendSms }: SmsDeps): NextStep {
  const { leg, url } = execution;
  leg.answer();
  const { direction, sender, recipient } = leg.call();
  const [party, number] = direction === 'inbound' ? [sender, recipient] : [recipient, sender];
  const { body, statusCallback } = verb;
  const sent = sendSms(
    { from: verb.from ?? number, to: verb.to ?? party, body, statusCallback },
    leg.trace(),
  );
  if ('errorCode' in sent) leg.alert(sent.errorCode, sent.message, { url });
  const parameters: Parameter[] =
    'errorCode' in sent
      ? [['SmsStatus', 'invalid']]
      : [
          ['SmsSid', sent.sid],
          ['SmsStatus', 'sent'],
        ];
  return stepToAction(execution, verb, parameters);
}
