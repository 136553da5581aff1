// Answers Twilio's webhooks: authenticates each one, processes it once, and answers when its effects are on disk.
import type { IncomingMessage } from 'node:http';
import { PENDING_WORK_HEADER } from '../../http/pending-work.js';
import { type ErrorFormat, formatRelayError, HttpError, type RelayResponse } from '../http.js';
import type { Relay } from '../relay.js';
import { type AuthenticationDeps, authenticateWebhook, type WebhookForm } from './authenticate.js';
import { handleInboundSms, handleSmsStatus } from './sms.js';
import { handleInboundCall, handleVoiceStatus } from './voice.js';

/** Answers a webhook. Never throws: an error becomes a response in the endpoint's format, and an event. */
export async function answerWebhook(
  relay: Relay,
  authentication: AuthenticationDeps,
  endpoint: WebhookEndpoint,
  incoming: IncomingMessage,
): Promise<RelayResponse> {
  try {
    const form = await authenticateWebhook(incoming, authentication);
    const before = relay.outgoing.countAsked();
    const response = processOnce(relay, endpoint, form, findIdempotencyToken(incoming));
    const asked = relay.outgoing.countAsked() - before;
    await relay.store.kept();
    return asked === 0 ? response : { ...response, headers: { [PENDING_WORK_HEADER]: String(asked) } };
  } catch (error) {
    const { status, message: why } = error instanceof HttpError ? error : describeFailedWrite(error);
    relay.emit({ kind: 'turned-away', path: endpoint.path, status, why });
    return formatRelayError(endpoint.errorFormat, status, status === 500 ? 'It could not be kept.' : why);
  }
}

function findIdempotencyToken({ headers }: IncomingMessage): string | undefined {
  const token = headers['i-twilio-idempotency-token'];
  return typeof token === 'string' && token !== '' ? token : undefined;
}

/** The database rolled back, for example because the disk is full. Twilio gets a 500, and still has the text. */
function describeFailedWrite(error: unknown): { readonly status: number; readonly message: string } {
  return { status: 500, message: error instanceof Error ? error.message : String(error) };
}

interface WebhookEndpoint {
  readonly path: string;
  readonly errorFormat: ErrorFormat;
  /** The SID whose effects must happen once; undefined if the webhook has no effects or lacks parameters. */
  findSid(form: WebhookForm): string | undefined;
  handle(relay: Relay, form: WebhookForm): RelayResponse;
}

/** The webhook of a text to a mask. */
export const INBOUND_SMS: WebhookEndpoint = {
  path: '/api/v1/inbound_sms',
  errorFormat: 'xml',
  findSid: (form) => form.find('MessageSid'),
  handle: handleInboundSms,
};

const ENDPOINTS: readonly WebhookEndpoint[] = [
  INBOUND_SMS,
  {
    path: '/api/v1/inbound_call',
    errorFormat: 'xml',
    findSid: (form) => form.find('CallSid'),
    handle: handleInboundCall,
  },
  {
    path: '/api/v1/sms_status',
    errorFormat: 'json',
    findSid: (form) => (form.find('SmsStatus') === 'delivered' ? form.find('MessageSid') : undefined),
    handle: handleSmsStatus,
  },
  {
    path: '/api/v1/voice_status',
    errorFormat: 'json',
    findSid: (form) => (form.find('CallStatus') === 'completed' ? form.find('CallSid') : undefined),
    handle: handleVoiceStatus,
  },
];

const BY_PATH = new Map(ENDPOINTS.flatMap((one) => [one.path, `${one.path}/`].map((path) => [path, one])));

/** Finds the endpoint of a request target, with or without a trailing slash; undefined if no webhook has this path. */
export function findEndpoint(target: string): WebhookEndpoint | undefined {
  const query = target.indexOf('?');
  return BY_PATH.get(query === -1 ? target : target.slice(0, query));
}

/**
 * Handles a webhook unless it was processed before; then it returns the earlier response.
 * All writes of the handler are kept, or none.
 *
 * @param token Twilio's `I-Twilio-Idempotency-Token`
 */
export function processOnce(
  relay: Relay,
  endpoint: WebhookEndpoint,
  form: WebhookForm,
  token: string | undefined,
): RelayResponse {
  const { path } = endpoint;
  const sid = endpoint.findSid(form);
  if (sid === undefined) return endpoint.handle(relay, form);
  const key = { path, sid, token };
  const before = relay.processedWebhooks.find(key);
  if (before) {
    relay.emit({ kind: 'repeated', path });
    return before;
  }
  return relay.store.inTurn(() => {
    const response = endpoint.handle(relay, form);
    relay.processedWebhooks.add(key, response);
    return response;
  });
}
