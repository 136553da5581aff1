// Takes from the text of an ngrok.yml what a tunnel needs; all versions of the format.
import { parseDocument } from 'yaml';
import { z } from 'zod';

/** What an `ngrok.yml` says. */
export interface NgrokYml {
  readonly authtoken: string | undefined;
  /** Whether it holds a key for ngrok's REST API, which people take for the authtoken. */
  readonly hasApiKey: boolean;
  /** The host of the endpoint or tunnel `relay`, else of the only one. */
  readonly domain: string | undefined;
}

const text = z.string().trim().min(1).optional().catch(undefined);
const tunnelSchema = z.object({ domain: text, hostname: text, subdomain: text });
const endpointSchema = z.object({ name: text, url: text });
const configSchema = z.object({
  authtoken: text,
  api_key: text,
  agent: z.object({ authtoken: text, api_key: text }).optional().catch(undefined),
  endpoints: z.array(endpointSchema.catch({})).optional().catch(undefined),
  tunnels: z.record(z.string(), tunnelSchema.catch({})).optional().catch(undefined),
});

/** Brackets in the whole text, and characters before the first word of a line: more than any real file has. */
const MOST_BRACKETS = 1_000;
const DEEPEST = 200;

/** The name Firefox Relay's own instructions give its tunnel. */
const NAME = 'relay';

/**
 * Reads the text of an `ngrok.yml`: version 3, 2, or none. What is absent or malformed in it counts as not said.
 *
 * @throws Error with what is wrong with the YAML, without a word of the text: there are secrets in it
 */
export function parseNgrokYml(source: string): NgrokYml {
  const config = configSchema.safeParse(parseYaml(source));
  if (!config.success) return { authtoken: undefined, hasApiKey: false, domain: undefined };
  const { authtoken, api_key, agent, endpoints, tunnels } = config.data;
  return {
    authtoken: agent?.authtoken ?? authtoken,
    hasApiKey: (agent?.api_key ?? api_key) !== undefined,
    domain: findEndpointDomain(endpoints ?? []) ?? findTunnelDomain(tunnels ?? {}),
  };
}

function parseYaml(source: string): unknown {
  verifyShallow(source);
  // Every scalar stays the text it is: a token may look like a number, and versions are written both ways.
  const document = guard(() =>
    parseDocument(source, { schema: 'failsafe', prettyErrors: false, logLevel: 'error' }),
  );
  const [fault] = document.errors;
  if (fault) {
    const line = source.slice(0, fault.pos[0]).split('\n').length;
    throw new Error(`broken YAML in line ${line}: ${fault.code}`);
  }
  return guard(() => document.toJS({ maxAliasCount: 20 }));
}

/** Nesting without end would exhaust the stack in a place where Node.js cannot but abort. */
function verifyShallow(source: string): void {
  const brackets = source.match(/[[{]/g)?.length ?? 0;
  const deep = source.split(/[\r\n]/).some((line) => line.search(/[^-?:\s]|$/) > DEEPEST);
  if (brackets > MOST_BRACKETS || deep) throw new Error('broken YAML: it is nested too deeply');
}

/** What a library says of a text may quote it. */
function guard<Value>(read: () => Value): Value {
  try {
    return read();
  } catch {
    throw new Error('broken YAML: it does not resolve');
  }
}

function findEndpointDomain(endpoints: readonly z.infer<typeof endpointSchema>[]): string | undefined {
  const named = endpoints.find(({ name }) => name === NAME);
  const only = endpoints.length === 1 ? endpoints[0] : undefined;
  return formatHost((named ?? only)?.url);
}

function findTunnelDomain(
  tunnels: Readonly<Record<string, z.infer<typeof tunnelSchema>>>,
): string | undefined {
  const all = Object.values(tunnels);
  const tunnel = Object.hasOwn(tunnels, NAME) ? tunnels[NAME] : all.length === 1 ? all[0] : undefined;
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
