// Reads the ngrok.yml files this machine has. They are ngrok's: never written.
import { readFileSync, statSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import * as z from 'zod';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { parseYaml } from '../../yaml-text.js';

/** An `ngrok.yml` that could be read. */
export interface NgrokYmlFile extends NgrokYml {
  readonly path: string;
}

/** The files of a machine, and what was wrong with those that could not be read. */
export interface NgrokYmlFiles {
  readonly files: readonly NgrokYmlFile[];
  /** To be shown as warnings, or thrown where something of the file is needed. */
  readonly faults: readonly RelayPhoneError[];
}

/** Bytes; a real one has a few hundred. */
const MAX_FILE_BYTES = 128 * 1024;

/** Reads every `ngrok.yml` of `machine` that is there, in the order in which they count. Never throws. */
export function readNgrokYmlFiles(machine: Machine): NgrokYmlFiles {
  const files: NgrokYmlFile[] = [];
  const faults: RelayPhoneError[] = [];
  for (const path of listNgrokYmlPaths(machine)) {
    try {
      const file = findNgrokYml(path);
      if (file) files.push(file);
    } catch (error) {
      if (!(error instanceof RelayPhoneError)) throw error;
      faults.push(error);
    }
  }
  return { files, faults };
}

/**
 * Reads the `ngrok.yml` at `path`; undefined when there is none.
 *
 * @throws RelayPhoneError `needsUser` when it is there and cannot be used; nothing of its text is in the message
 */
function findNgrokYml(path: string): NgrokYmlFile | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    return { path, ...parseNgrokYml(text) };
  } catch (error) {
    throw unusableFile(
      path,
      error instanceof Error ? error.message : String(error),
      'ngrok config check says what is wrong with it',
    );
  }
}

function readText(path: string): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) return undefined;
    if (!stats.isFile()) throw unusableFile(path, 'it is not a file', 'move it away');
    if (stats.size > MAX_FILE_BYTES)
      throw unusableFile(
        path,
        `it is ${Math.round(stats.size / 1024)} KB long`,
        'move it away: it is not an ngrok.yml',
      );
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof RelayPhoneError) throw error;
    const code = findSystemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unusableFile(path, code ?? 'it cannot be read', 'make it readable for you');
  }
}

function unusableFile(path: string, why: string, way: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `read ${path}`,
    reason: `it cannot be used (${why})`,
    tryNext: [way, 'NGROK_AUTHTOKEN in the environment or in .env, which comes before the file'],
  });
}

/** The machine, as far as the places depend on it. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** The paths an `ngrok.yml` may have, today's first, that of agent 2.x last. */
export function listNgrokYmlPaths({ platform, environment, home }: Machine): readonly string[] {
  const { join } = platform === 'win32' ? win32 : posix;
  return [...new Set([join(configFolder(), 'ngrok', 'ngrok.yml'), join(home, '.ngrok2', 'ngrok.yml')])];

  function configFolder(): string {
    if (platform === 'win32') return environment.LOCALAPPDATA || join(home, 'AppData', 'Local');
    if (platform === 'darwin') return join(home, 'Library', 'Application Support');
    return environment.XDG_CONFIG_HOME || join(home, '.config');
  }
}

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
