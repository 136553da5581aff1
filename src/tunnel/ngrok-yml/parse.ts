// Takes from the text of an ngrok.yml what a tunnel needs; all versions of the format.
import * as z from 'zod';
import { parseYaml } from '../../yaml-text.js';

/** What an `ngrok.yml` says. */
export interface NgrokYml {
  readonly authtoken: string | undefined;
  /** Whether it holds a key for ngrok's REST API, which people take for the authtoken. */
  readonly hasApiKey: boolean;
  /** The host of the endpoint or tunnel `relay`, else of the only one. */
  readonly domain: string | undefined;
}

const textSchema = z.string().trim().min(1).optional().catch(undefined);
const tunnelSchema = z.object({ domain: textSchema, hostname: textSchema, subdomain: textSchema });
const endpointSchema = z.object({ name: textSchema, url: textSchema });
const configSchema = z.object({
  authtoken: textSchema,
  api_key: textSchema,
  agent: z.object({ authtoken: textSchema, api_key: textSchema }).optional().catch(undefined),
  endpoints: z.array(endpointSchema.catch({})).optional().catch(undefined),
  tunnels: z.record(z.string(), tunnelSchema.catch({})).optional().catch(undefined),
});

/** The name Firefox Relay's own instructions give its tunnel. */
const RELAY_NAME = 'relay';

/**
 * Reads the text of an `ngrok.yml`: version 3, 2, or none. What is absent or malformed in it counts as not said.
 *
 * @throws Error with what is wrong with the YAML, without a word of the text: there are secrets in it
 */
export function parseNgrokYml(source: string): NgrokYml {
  const config = configSchema.safeParse(readYaml(source));
  if (!config.success) return { authtoken: undefined, hasApiKey: false, domain: undefined };
  const { authtoken, api_key, agent, endpoints, tunnels } = config.data;
  return {
    authtoken: agent?.authtoken ?? authtoken,
    hasApiKey: (agent?.api_key ?? api_key) !== undefined,
    domain: findEndpointDomain(endpoints ?? []) ?? findTunnelDomain(tunnels ?? {}),
  };
}

/** Of what is wrong only what quotes nothing is told. */
function readYaml(source: string): unknown {
  try {
    const { faults, read } = parseYaml(source);
    const [fault] = faults;
    if (!fault) return read();
    throw new Error(`line ${fault.line}: ${fault.code}`);
  } catch (error) {
    throw new Error(`broken YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function findEndpointDomain(endpoints: readonly z.infer<typeof endpointSchema>[]): string | undefined {
  const named = endpoints.find(({ name }) => name === RELAY_NAME);
  const only = endpoints.length === 1 ? endpoints[0] : undefined;
  return formatHost((named ?? only)?.url);
}

function findTunnelDomain(
  tunnels: Readonly<Record<string, z.infer<typeof tunnelSchema>>>,
): string | undefined {
  const all = Object.values(tunnels);
  const tunnel = Object.hasOwn(tunnels, RELAY_NAME)
    ? tunnels[RELAY_NAME]
    : all.length === 1
      ? all[0]
      : undefined;
  const subdomain = tunnel?.subdomain;
  return formatHost(tunnel?.domain ?? tunnel?.hostname ?? (subdomain && withParent(subdomain)));
}

/** Subdomains are of `ngrok.app` since accounts of `ngrok.io` are no longer made. */
function withParent(subdomain: string): string {
  return subdomain.includes('.') ? subdomain : `${subdomain}.ngrok.app`;
}

/** `https://` alone asks for a random name, which is none. */
function formatHost(url: string | undefined): string | undefined {
  return url?.replace(/^[a-z]+:\/\//i, '').replace(/(:443)?([/?#].*)?$/, '') || undefined;
}
