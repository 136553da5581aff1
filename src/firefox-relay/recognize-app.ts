// Tells Firefox Relay, `relay-phone serve` and other servers apart, without sending a token.
import type { Agent } from 'node:http';
import { appAgentFor } from '../http/client.js';
import { NoAnswer, sendRequest } from '../http/send.js';
import { parseJson } from './json.js';

/** Firefox Relay, `relay-phone serve`, or another server. */
export type AppKind = 'relay' | 'serve' | 'unknown';

/** Short, because Relay answers this path without its database. */
const TIMEOUT_MS = 3000;

/**
 * Recognises the app at an origin by its load balancer heartbeat (https://github.com/mozilla-services/Dockerflow), which
 * Relay has and `serve` does not. Returns `unknown` if nothing answers.
 *
 * @param agent of `findAgent`. Default: straight to the app
 */
export async function recognizeApp(
  origin: string,
  agent: Agent = appAgentFor(new URL(origin)),
): Promise<AppKind> {
  try {
    const url = new URL('/__lbheartbeat__', origin);
    const { status, body } = await sendRequest({ method: 'GET', url, timeoutMs: TIMEOUT_MS, agent });
    if (status === 200 && body === '') return 'relay';
    return status === 404 && isServe(parseJson(body)) ? 'serve' : 'unknown';
  } catch (error) {
    if (error instanceof NoAnswer) return 'unknown';
    throw error;
  }
}

/**
 * Returns whether an app with Relay's webhook paths may be Relay, or `serve`: both have a user API, and refuse who has no
 * token as Django REST framework does. True for an app that does not answer, of which nothing else is known.
 */
export async function mayHaveUserApi(
  origin: string,
  agent: Agent = appAgentFor(new URL(origin)),
): Promise<boolean> {
  try {
    const url = new URL('/api/v1/realphone/', origin);
    const { status, body } = await sendRequest({ method: 'GET', url, timeoutMs: TIMEOUT_MS, agent });
    return (status === 401 || status === 403) && findDetail(parseJson(body)) !== undefined;
  } catch (error) {
    if (error instanceof NoAnswer) return true;
    throw error;
  }
}

function isServe(json: unknown): boolean {
  return findDetail(json) === 'There is nothing here.';
}

function findDetail(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'detail' in json ? json.detail : undefined;
}
