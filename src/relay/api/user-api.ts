// Routes the owner's requests to the user API, with Firefox Relay's paths and Django REST framework's errors.
import type { IncomingMessage } from 'node:http';
import { RelayPhoneError } from '../../errors.js';
import { formatJson, formatRelayError, HttpError, type RelayResponse } from '../http.js';
import type { Relay } from '../relay.js';
import { verifyAccess } from './access.js';
import { listContacts, listMasks, patchContact, patchMask, postMask } from './masks.js';
import { listMessages, postCall, postMessage } from './messages.js';
import { searchMasks, suggestNumbers } from './numbers.js';
import { deletePhone, listPhones, patchPhone, postPhone } from './phones.js';
import { FieldError, readBodyFields, type UserApi, type UserApiRoute } from './request.js';
import { findVCardKey, resendWelcome, showVCard } from './vcard.js';

const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'] as const;

/** The routes by method and path; `/0` stands for an id. */
const ROUTES: Readonly<Record<string, UserApiRoute>> = {
  'GET /api/v1/realphone': listPhones,
  'POST /api/v1/realphone': postPhone,
  'PATCH /api/v1/realphone/0': patchPhone,
  'DELETE /api/v1/realphone/0': deletePhone,
  'POST /api/v1/realphone/resend_welcome_sms': resendWelcome,
  'GET /api/v1/relaynumber': listMasks,
  'POST /api/v1/relaynumber': postMask,
  'GET /api/v1/relaynumber/suggestions': suggestNumbers,
  'GET /api/v1/relaynumber/search': searchMasks,
  'PATCH /api/v1/relaynumber/0': patchMask,
  'GET /api/v1/inboundcontact': listContacts,
  'PATCH /api/v1/inboundcontact/0': patchContact,
  'POST /api/v1/message': postMessage,
  'POST /api/v1/call': postCall,
  'GET /api/v1/messages': listMessages,
};

/** Answers any request that is not a webhook, `/__heartbeat__` included. Never throws. */
export async function answerApiRequest(
  relay: Relay,
  api: UserApi,
  incoming: IncomingMessage,
): Promise<RelayResponse> {
  const [path = '', search = ''] = (incoming.url ?? '').split('?', 2);
  if (path === '/__heartbeat__') return formatJson(200, { status: 'ok' });
  try {
    return await route(relay, api, incoming, { path, query: new URLSearchParams(search) });
  } catch (error) {
    const response = formatError(error);
    if (response.status === 500) relay.emit({ kind: 'turned-away', path, status: 500, why: String(error) });
    return response;
  }
}

async function route(
  relay: Relay,
  api: UserApi,
  incoming: IncomingMessage,
  { path, query }: { readonly path: string; readonly query: URLSearchParams },
): Promise<RelayResponse> {
  const method = incoming.method === 'HEAD' ? 'GET' : (incoming.method ?? '');
  const key = findVCardKey(path);
  if (key !== undefined)
    return method === 'GET' ? showVCard(relay, api, incoming, key) : formatWrongMethod(method, ['GET']);
  const { name, id } = readPath(path);
  const methods = METHODS.filter((one) => `${one} ${name}` in ROUTES);
  if (methods.length === 0) throw new HttpError(404, 'There is nothing here.');
  verifyAccess(incoming, api);
  const handle = ROUTES[`${method} ${name}`];
  if (!handle) return formatWrongMethod(method, methods);
  const region = findRegion(incoming, query);
  const response = await handle(relay, api, { id, query, body: await readBodyFields(incoming), region });
  await relay.store.kept();
  return response;
}

function formatWrongMethod(method: string, methods: readonly string[]): RelayResponse {
  const headers = { Allow: methods.join(', ') };
  return { ...formatJson(405, { detail: `Method "${method}" not allowed.` }), headers };
}

function findRegion({ headers }: IncomingMessage, query: URLSearchParams): string | undefined {
  const region = headers['x-client-region'];
  return query.get('X-Client-Region') ?? (typeof region === 'string' ? region : undefined);
}

function readPath(path: string): { readonly name: string; readonly id: number } {
  const [, name = '', id] = /^(.*?)(?:\/(\d{1,15}))?\/?$/.exec(path) ?? [];
  return id === undefined ? { name, id: 0 } : { name: `${name}/0`, id: Number(id) };
}

function formatError(error: unknown): RelayResponse {
  if (error instanceof FieldError) return formatJson(400, { [error.field]: [error.message] });
  if (error instanceof HttpError) {
    const { status, message } = error;
    return status === 400 ? formatRelayError('json', 400, message) : formatJson(status, { detail: message });
  }
  if (error instanceof RelayPhoneError) return formatTwilioError(error);
  return formatJson(500, { detail: 'It could not be done.' });
}

/** Formats a failure at Twilio (502), or something that the user must do first (409). */
function formatTwilioError({ kind, message, tryNext }: RelayPhoneError): RelayResponse {
  const advice = tryNext[0] === undefined ? '' : ` Try: ${tryNext[0]}`;
  return formatJson(kind === 'needsUser' ? 409 : 502, { detail: message + advice });
}
