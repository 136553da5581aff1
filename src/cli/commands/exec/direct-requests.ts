// Warns of Python code whose requests to Twilio go past the proxy of `exec`: aiohttp reads HTTPS_PROXY only if it is told to.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { CommandContext } from '../../core/command-context.js';

/** The most folders and files of a project that are read, nearest first, and the largest file. */
const [MAX_FOLDERS, MAX_FILES, MAX_BYTES] = [500, 2000, 1024 * 1024];
/** Folders with code of others. Virtual environments are known by a file in them. */
const [FOREIGN, VENV_FILE] = [/^(?:\.|node_modules$|__pycache__$|site-packages$)/, 'pyvenv.cfg'];

/**
 * Reads the Python files below the current folder, and those that the command names. Reports each way of going past the
 * proxy once, with its first location and the line that replaces it. Never rejects: it leaves out files that it cannot read.
 */
export async function warnOfDirectRequests(
  { screen, ports: { cwd } }: CommandContext,
  command: readonly string[],
): Promise<void> {
  const named = command.filter((word) => word.endsWith('.py')).map((word) => resolve(cwd, word));
  const locations = new Map<Bypass, string[]>();
  for (const path of new Set([...named, ...(await listPythonFiles(cwd))])) {
    const found = findBypass(await readSource(path));
    if (!found) continue;
    const location = `${relative(cwd, path).replaceAll('\\', '/')}:${found.line}`;
    locations.set(found.bypass, [...(locations.get(found.bypass) ?? []), location]);
  }
  for (const [{ name, fix }, [first = '', ...others]] of locations) {
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    screen.warn(
      `${first}${more}: ${name} ignores HTTPS_PROXY, so its requests go to the real Twilio, not to the sandbox`,
    );
    screen.advice([fix]);
  }
}

/** A way of going past the proxy. */
interface Bypass {
  readonly name: string;
  /** Matches where a client is made; in a class of the user's own, where that is derived. */
  readonly client: RegExp;
  /** What else a file names that sends such requests to Twilio. */
  readonly beside: readonly string[];
  /** A line of Python that makes the client with the proxy. */
  readonly fix: string;
}

const BYPASSES: readonly Bypass[] = [
  {
    name: 'AsyncTwilioHttpClient',
    client: /\bAsyncTwilioHttpClient(?:\s*\(|\s*\)\s*:|\s+as\b)/,
    beside: [],
    // Its session is replaced, because it has no parameter for this. Without a pool it makes none that stays open.
    fix: 'http_client = AsyncTwilioHttpClient(pool_connections=False); http_client.session = aiohttp.ClientSession(trust_env=True)',
  },
  {
    name: 'aiohttp.ClientSession',
    client: /\bClientSession\s*\(/,
    beside: ['aiohttp', 'twilio.com'],
    fix: 'aiohttp.ClientSession(trust_env=True)',
  },
];

/** Matches code that makes aiohttp use the proxy. */
const FIXED = /trust_env['"]?\s*[=:]\s*(?!False)\S|\bproxy\s*=\s*(?!None)\S/;

/** Returns the first way in which a Python file goes past the proxy, with its line from 1; undefined if there is none. */
function findBypass(source: string): { readonly bypass: Bypass; readonly line: number } | undefined {
  const code = source.replace(/^[ \t]*#.*$/gm, '');
  if (FIXED.test(code)) return undefined;
  for (const bypass of BYPASSES) {
    const found = bypass.beside.every((name) => code.includes(name)) ? bypass.client.exec(code) : null;
    if (found) return { bypass, line: code.slice(0, found.index).split('\n').length };
  }
  return undefined;
}

/** Lists the Python files of a project, those in the nearest folders first. */
async function listPythonFiles(root: string): Promise<readonly string[]> {
  const [folders, files]: [string[], string[]] = [[root], []];
  for (let at = 0; at < Math.min(folders.length, MAX_FOLDERS) && files.length < MAX_FILES; at += 1) {
    const folder = folders[at] ?? root;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    if (entries.some(({ name }) => name === VENV_FILE)) continue;
    for (const entry of entries) {
      if (entry.isDirectory() && !FOREIGN.test(entry.name)) folders.push(join(folder, entry.name));
      else if (entry.isFile() && entry.name.endsWith('.py')) files.push(join(folder, entry.name));
    }
  }
  return files.slice(0, MAX_FILES);
}

/** Returns the content of a file; empty if it cannot be read, or is larger than a source file. */
async function readSource(path: string): Promise<string> {
  try {
    const found = await stat(path);
    return found.isFile() && found.size <= MAX_BYTES ? await readFile(path, 'utf8') : '';
  } catch {
    return '';
  }
}
