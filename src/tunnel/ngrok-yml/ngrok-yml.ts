// Reads the ngrok.yml files of this machine (https://ngrok.com/docs/agent/config) in all versions. Never writes them.
import { readFileSync, statSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import * as z from 'zod';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { parseYaml } from '../../yaml-text.js';

/** A readable `ngrok.yml`. */
export interface NgrokYmlFile extends NgrokYml {
  readonly path: string;
}

/** The `ngrok.yml` files of a machine. */
export interface NgrokYmlFiles {
  readonly files: readonly NgrokYmlFile[];
  /** The errors of files that could not be read: warnings, unless a value of the file is needed. */
  readonly faults: readonly RelayPhoneError[];
}

/** The largest file that is read. A typical one has a few hundred bytes. */
const MAX_FILE_BYTES = 128 * 1024;

/** Reads the `ngrok.yml` files of a machine, in the order of precedence. Never throws. */
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
 * Reads the `ngrok.yml` at `path`; undefined if it does not exist.
 *
 * @throws RelayPhoneError `needsUser` if it exists and cannot be used; the message quotes no content
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
      'run ngrok config check to see what is wrong with it',
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

function unusableFile(path: string, reason: string, fix: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `read ${path}`,
    reason: `it cannot be used (${reason})`,
    tryNext: [fix, 'set NGROK_AUTHTOKEN in the environment or in .env, which takes precedence over the file'],
  });
}

/** The machine, as far as the paths of its files depend on it. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Undefined for a user without a home folder. */
  readonly home: string | undefined;
}

/** Lists the paths of `ngrok.yml` in the order of precedence: that of agent 3, then that of agent 2. */
export function listNgrokYmlPaths({ platform, environment, home }: Machine): readonly string[] {
  const { join } = platform === 'win32' ? win32 : posix;
  const atHome = (...names: readonly string[]) => (home === undefined ? undefined : join(home, ...names));
  const folder = configFolder();
  const paths = [folder && join(folder, 'ngrok', 'ngrok.yml'), atHome('.ngrok2', 'ngrok.yml')];
  return [...new Set(paths.filter((path) => path !== undefined))];

  function configFolder(): string | undefined {
    if (platform === 'win32') return environment.LOCALAPPDATA || atHome('AppData', 'Local');
    if (platform === 'darwin') return atHome('Library', 'Application Support');
    return environment.XDG_CONFIG_HOME || atHome('.config');
  }
}

/** The settings of an `ngrok.yml` that a tunnel needs. */
export interface NgrokYml {
  readonly authtoken: string | undefined;
  /** True if the file contains a key for ngrok's REST API, which people mistake for the authtoken. */
  readonly hasApiKey: boolean;
  /** The host of the endpoint or tunnel named `relay`, else of the only one. */
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

/** The name of the tunnel in Firefox Relay's instructions. */
const RELAY_NAME = 'relay';

/**
 * Parses an `ngrok.yml` of version 3, 2 or without a version. Missing and malformed values are undefined.
 *
 * @throws Error if the YAML is broken; the message quotes no content, because the file contains secrets
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

/** Parses YAML. @throws Error with the line and the code of the YAML error, which quote no content */
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
  return hostOfUrl((named ?? only)?.url);
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
  return hostOfUrl(tunnel?.domain ?? tunnel?.hostname ?? (subdomain && subdomainHost(subdomain)));
}

/** Returns the host of a `subdomain` key. It is below `ngrok.app`: `ngrok.io` takes no new accounts. */
function subdomainHost(subdomain: string): string {
  return subdomain.includes('.') ? subdomain : `${subdomain}.ngrok.app`;
}

/** Returns the host of a URL. Undefined for `https://` alone, which requests a random name. */
function hostOfUrl(url: string | undefined): string | undefined {
  return (
    url
      ?.replace(/^[a-z]+:\/\//i, '')
      .replace(/[/?#].*$/s, '')
      .replace(/:443$/, '') || undefined
  );
}
