// Asks an ngrok agent that runs on this machine what it serves (https://ngrok.com/docs/agent/api).
import * as z from 'zod';
import { sendRequest } from '../../http/send.js';

/** An endpoint of a local agent. */
interface AgentEndpoint {
  readonly url: string;
  /** Where it sends requests, as the agent writes it: `http://localhost:8000`, `8000`. */
  readonly upstream: string;
}

/** Where an agent answers by default; a second one takes the next port. */
export const AGENT_ORIGINS: readonly string[] = ['http://127.0.0.1:4040', 'http://127.0.0.1:4041'];

/** Milliseconds for each question: an agent is on this machine or not there. */
const TIMEOUT_MS = 500;

const endpointsSchema = z.object({
  endpoints: z.array(z.object({ url: z.string(), upstream: z.object({ url: z.string() }) })),
});
const tunnelsSchema = z.object({
  tunnels: z.array(z.object({ public_url: z.string(), config: z.object({ addr: z.string() }) })),
});

/** All https endpoints of all agents that answer; empty when there is none. Never rejects. */
export async function listAgentEndpoints(origins = AGENT_ORIGINS): Promise<AgentEndpoint[]> {
  const found = await Promise.all(origins.map(listEndpointsOf));
  return found.flat().filter(({ url }) => url.startsWith('https://'));
}

/** Whether requests to `endpoint` come to `port` of this machine. */
export function servesPort({ upstream }: AgentEndpoint, port: number): boolean {
  const local = /^(?:https?:\/\/)?(?:(?:localhost|127\.0\.0\.1|\[::1\]):)?(\d+)\/?$/.exec(upstream);
  return Number(local?.[1]) === port;
}

async function listEndpointsOf(origin: string): Promise<AgentEndpoint[]> {
  const now = endpointsSchema.safeParse(await fetchJson(`${origin}/api/endpoints`));
  if (now.success) return now.data.endpoints.map(({ url, upstream }) => ({ url, upstream: upstream.url }));
  const before = tunnelsSchema.safeParse(await fetchJson(`${origin}/api/tunnels`));
  if (!before.success) return [];
  return before.data.tunnels.map(({ public_url, config }) => ({ url: public_url, upstream: config.addr }));
}

async function fetchJson(url: string): Promise<unknown> {
  try {
    const headers = { 'Content-Type': 'application/json' };
    const { status, body } = await sendRequest({
      method: 'GET',
      url: new URL(url),
      headers,
      timeout: TIMEOUT_MS,
    });
    return status === 200 ? JSON.parse(body) : undefined;
  } catch {
    // Nothing is there, or something that is no agent.
    return undefined;
  }
}
