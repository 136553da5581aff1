// The webhooks that are answered, and what makes one of them a repetition of another.
import type { Relay } from '../relay.js';
import type { ProblemForm, RelayWebhookAnswer } from './answer.js';
import type { Form } from './form.js';
import { answerInboundCall } from './inbound-call.js';
import { answerInboundSms } from './inbound-sms.js';
import { receiveTextStatus } from './sms-status.js';
import { receiveCallStatus } from './voice-status.js';

/** One webhook. */
export interface Endpoint {
  readonly path: string;
  /** How it says that something is wrong. */
  readonly form: ProblemForm;
  /** What must happen once; undefined when nothing comes of it, or its parameters are missing. */
  findSubject(form: Form): string | undefined;
  receive(relay: Relay, form: Form): RelayWebhookAnswer;
}

/** A text to a mask. */
export const INBOUND_SMS: Endpoint = {
  path: '/api/v1/inbound_sms',
  form: 'xml',
  findSubject: (form) => form.find('MessageSid'),
  receive: answerInboundSms,
};

const ENDPOINTS: readonly Endpoint[] = [
  INBOUND_SMS,
  {
    path: '/api/v1/inbound_call',
    form: 'xml',
    findSubject: (form) => form.find('CallSid'),
    receive: answerInboundCall,
  },
  {
    path: '/api/v1/sms_status',
    form: 'json',
    findSubject: (form) => (form.find('SmsStatus') === 'delivered' ? form.find('MessageSid') : undefined),
    receive: receiveTextStatus,
  },
  {
    path: '/api/v1/voice_status',
    form: 'json',
    findSubject: (form) => (form.find('CallStatus') === 'completed' ? form.find('CallSid') : undefined),
    receive: receiveCallStatus,
  },
];

const BY_PATH = new Map(ENDPOINTS.flatMap((one) => [one.path, `${one.path}/`].map((path) => [path, one])));

/** The endpoint that a request's target names, with or without a slash at its end; undefined when there is none. */
export function findEndpoint(target: string): Endpoint | undefined {
  const query = target.indexOf('?');
  return BY_PATH.get(query === -1 ? target : target.slice(0, query));
}

/**
 * Gives the answer of before to what was answered already, and does all or nothing of what a new one asks for.
 *
 * @param token Twilio's `I-Twilio-Idempotency-Token`
 */
export function receiveOnce(
  relay: Relay,
  endpoint: Endpoint,
  form: Form,
  token: string | undefined,
): RelayWebhookAnswer {
  const { path } = endpoint;
  const subject = endpoint.findSubject(form);
  if (subject === undefined) return endpoint.receive(relay, form);
  const key = { path, subject, token };
  const before = relay.answered.find(key);
  if (before) {
    relay.tell({ kind: 'repeated', path });
    return before;
  }
  return relay.store.inTurn(() => {
    const answer = endpoint.receive(relay, form);
    relay.answered.add(key, answer);
    return answer;
  });
}
