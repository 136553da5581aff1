// Answers the owner's requests, and the question whether the relay is alive.
import type { IncomingMessage } from 'node:http';
import { RelayPhoneError } from '../../errors.js';
import type { Relay } from '../relay.js';
import { formatJson, formatProblem, type WebhookAnswer } from '../webhooks/answer.js';
import { Unwelcome } from '../webhooks/guard.js';
import { verifyAccess } from './access.js';
import type { Api, UserRoute } from './api.js';
import { readFields } from './body.js';
import { listContacts, listMasks, listPhones, patchContact, patchMask } from './masks.js';
import { listMessages, postCall, postMessage } from './messages.js';

/** By method and path; `/0/` stands for a number. */
const ROUTES: Readonly<Record<string, UserRoute>> = {
  'GET /api/v1/realphone': listPhones,
  'GET /api/v1/relaynumber': listMasks,
  'PATCH /api/v1/relaynumber/0': patchMask,
  'GET /api/v1/inboundcontact': listContacts,
  'PATCH /api/v1/inboundcontact/0': patchContact,
  'POST /api/v1/message': postMessage,
  'POST /api/v1/call': postCall,
  'GET /api/v1/messages': listMessages,
};

/** Answers a request that is no webhook. A refusal has the form of Django REST framework's. */
export async function answerUser(relay: Relay, api: Api, incoming: IncomingMessage): Promise<WebhookAnswer> {
  const [path = '', search = ''] = (incoming.url ?? '').split('?', 2);
  if (path === '/__heartbeat__') return formatJson(200, { status: 'ok' });
  try {
    const { name, id } = readPath(path);
    const route = ROUTES[`${incoming.method} ${name}`];
    if (!route) throw new Unwelcome(404, 'There is nothing here.');
    verifyAccess(incoming, api);
    const request = { id, query: new URLSearchParams(search), body: await readFields(incoming) };
    const answer = await route(relay, api, request);
    await relay.store.kept();
    return answer;
  } catch (error) {
    const answer = refuse(error);
    if (answer.status === 500) relay.tell({ kind: 'turned-away', path, status: 500, why: String(error) });
    return answer;
  }
}

function readPath(path: string): { readonly name: string; readonly id: number } {
  const [, name = '', id = '0'] = /^(.*?)(?:\/(\d{1,15}))?\/?$/.exec(path) ?? [];
  return { name: id === '0' ? name : `${name}/0`, id: Number(id) };
}

function refuse(error: unknown): WebhookAnswer {
  if (error instanceof Unwelcome) {
    const { status, message } = error;
    return status === 400 ? formatProblem('json', 400, message) : formatJson(status, { detail: message });
  }
  if (error instanceof RelayPhoneError) return formatJson(502, { detail: error.message });
  return formatJson(500, { detail: 'It could not be done.' });
}
