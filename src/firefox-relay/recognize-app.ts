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

function isServe(json: unknown): boolean {
  return (
    typeof json === 'object' && json !== null && 'detail' in json && json.detail === 'There is nothing here.'
  );
}
