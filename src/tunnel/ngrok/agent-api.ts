// Lists the endpoints of the ngrok agents on this machine (https://ngrok.com/docs/agent/api).
import * as z from 'zod';
import { findSystemCode } from '../../errors.js';
import { NoAnswer, sendRequest } from '../../http/send.js';

/** An endpoint of a local agent. */
interface AgentEndpoint {
  readonly url: string;
  /** Where the agent forwards requests, as configured: `http://localhost:8000`, `8000`. */
  readonly upstream: string;
}

/** The default origins of an agent's API; a second agent uses the next port. */
export const AGENT_ORIGINS: readonly string[] = ['http://127.0.0.1:4040', 'http://127.0.0.1:4041'];

/** Short: an agent on this machine answers at once. */
const TIMEOUT_MS = 500;

const endpointsSchema = z.object({
  endpoints: z.array(z.object({ url: z.string(), upstream: z.object({ url: z.string() }) })),
});
const tunnelsSchema = z.object({
  tunnels: z.array(z.object({ public_url: z.string(), config: z.object({ addr: z.string() }) })),
});

/**
 * Lists the https endpoints of all agents on this machine.
 *
 * @throws NoAnswer if something listens where an agent does, and does not answer as one
 */
export async function listAgentEndpoints(origins = AGENT_ORIGINS): Promise<AgentEndpoint[]> {
  const found = await Promise.all(origins.map(listEndpointsOf));
  return found.flat().filter(({ url }) => url.startsWith('https://'));
}

/** True if the endpoint forwards requests to `port` of this machine. */
export function servesPort({ upstream }: AgentEndpoint, port: number): boolean {
  const local = /^(?:https?:\/\/)?(?:(?:localhost|127\.0\.0\.1|\[::1\]):)?(\d+)\/?$/.exec(upstream);
  return Number(local?.[1]) === port;
}

/** Reads the API of agent 3, else that of older agents. */
async function listEndpointsOf(origin: string): Promise<AgentEndpoint[]> {
  const current = endpointsSchema.safeParse(await fetchJson(`${origin}/api/endpoints`));
  if (current.success)
    return current.data.endpoints.map(({ url, upstream }) => ({ url, upstream: upstream.url }));
  const older = tunnelsSchema.safeParse(await fetchJson(`${origin}/api/tunnels`));
  // Another program may use the port.
  if (!older.success) return [];
  return older.data.tunnels.map(({ public_url, config }) => ({ url: public_url, upstream: config.addr }));
}

/** Returns undefined if no agent runs there, or if the answer is not that of an agent. */
async function fetchJson(url: string): Promise<unknown> {
  try {
    const headers = { 'Content-Type': 'application/json' };
    const { status, body } = await sendRequest({
      method: 'GET',
      url: new URL(url),
      headers,
      timeoutMs: TIMEOUT_MS,
    });
    return status === 200 ? JSON.parse(body) : undefined;
  } catch (error) {
    const isRefused = error instanceof NoAnswer && findSystemCode(error.cause) === 'ECONNREFUSED';
    if (isRefused || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
