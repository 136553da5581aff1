// Reads an exchange as the webhook of a story.
import type { FullExchangeReport } from '../../exchanges/report.js';
import { findLacks } from '../../sandbox/twiml/voice/find-lacks.js';
import type { RecordedWebhook } from '../../scenarios/record/recorded-webhook.js';

/** Returns the webhook with the last value of each parameter, and what the sandbox lacks for the TwiML of a call. */
export function readRecordedWebhook({
  request,
  answer,
  target,
  status,
}: FullExchangeReport): RecordedWebhook {
  const parameters = Object.fromEntries(
    Object.entries(request.parameters).map(([name, value]) => [name, [value].flat().at(-1) ?? '']),
  );
  const isOfCall = 'CallSid' in parameters;
  return {
    parameters,
    path: target,
    status,
    twiml: answer.body,
    lacks: isOfCall ? findLacks(answer.body) : [],
  };
}
