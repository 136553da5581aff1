// The debug log of RELAY_PHONE_DEBUG: requests, locks, programs, tunnel states and webhooks on stderr; docs/debugging.md.
import { showControls } from './control-characters.js';
import { monotonicNow, realNow } from './real-time.js';

/** The areas that RELAY_PHONE_DEBUG can turn on by name. */
export const DEBUG_AREAS = ['http', 'locks', 'programs', 'tunnel', 'webhooks'] as const;

/** One of {@link DEBUG_AREAS}. */
export type DebugArea = (typeof DEBUG_AREAS)[number];

/** The options of {@link createDebugLog}. */
export interface DebugLogOptions {
  /** The value of `RELAY_PHONE_DEBUG`: 1 for all areas, or a comma-separated list. Unknown names are reported once. */
  readonly value: string | undefined;
  /** Values of variables named like secrets in this environment are hidden. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly write: (line: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly pid: number;
}

/** A debug log. */
export interface DebugLog {
  /** True if the area is turned on. */
  isOn(area: DebugArea): boolean;
  /** Writes one line if the area is on; only then `message` is called. */
  debug(area: DebugArea, message: () => string): void;
  /** Replaces a value by `…` in every line from now on. */
  hide(secret: string | undefined): void;
}

const ALL = ['1', 'true', 'all', '*'];
const NONE = ['', '0', 'false'];
const SECRET_NAME = /TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIAL|_KEY$|(DATABASE|REDIS|BROKER)_URL$/i;
const SECRET_PARAMETER = /token|secret|password|signature|^(?:auth|code|key)$/i;
const HIDDEN = '…';

/** Creates a log. An unknown area name is reported at once. */
export function createDebugLog({ value, environment, write, now, pid }: DebugLogOptions): DebugLog {
  const { areas, unknown } = readAreas(value);
  const secrets = new Set<string>();
  if (areas.size > 0) for (const secret of findSecrets(Object.entries(environment))) hide(secret);
  if (unknown.length > 0) {
    const names = unknown.map((name) => `"${showControls(name)}"`).join(', ');
    write(
      `RELAY_PHONE_DEBUG names no area ${names}: the areas are ${DEBUG_AREAS.join(', ')}, and 1 is all of them.\n`,
    );
  }

  function hide(secret: string | undefined): void {
    if (areas.size === 0 || !secret) return;
    secrets.add(secret);
    secrets.add(encodeURIComponent(secret));
  }

  function redact(text: string): string {
    // Longest first, because one secret may be part of another.
    const known = [...secrets].sort((a, b) => b.length - a.length);
    return known
      .reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text)
      .replace(/(?<=:\/\/)[^/?#\s]*@/g, '')
      .replace(/\b(Basic|Bearer|Token) [\w.~+/=-]+/gi, `$1 ${HIDDEN}`)
      .replace(/([?&])([^=?&#\s]+)=([^&#\s]+)/g, (whole, mark: string, name: string) =>
        isSecretParameter(name) ? `${mark}${name}=${HIDDEN}` : whole,
      )
      .replace(/\b[0-9a-f]{32,}\b/g, HIDDEN);
  }

  return {
    isOn: (area) => areas.has(area),
    debug: (area, message) => {
      if (!areas.has(area)) return;
      const time = new Date(now()).toISOString().slice(11, 23);
      write(`relay-phone[${pid}] ${time} ${area.padEnd(8)} ${showControls(redact(message()))}\n`);
    },
    hide,
  };
}

function readAreas(value = '') {
  const words = value
    .toLowerCase()
    .split(',')
    .map((word) => word.trim());
  const unknown: string[] = [];
  const areas = new Set<DebugArea>();
  for (const word of words) {
    const found = DEBUG_AREAS.filter((area) => area === word || ALL.includes(word));
    for (const area of found) areas.add(area);
    if (found.length === 0 && !NONE.includes(word)) unknown.push(word);
  }
  return { areas, unknown };
}

function findSecrets(entries: Iterable<readonly [string, string | undefined]>) {
  return [...entries].filter(([name]) => isSecretName(name)).map(([, value]) => value);
}

/** True if the name of a query or form parameter is that of a secret. */
export function isSecretParameter(name: string): boolean {
  return SECRET_PARAMETER.test(name);
}

let log: DebugLog | undefined;

/** Returns the log of this process; the environment is read at the first call. */
function ownLog(): DebugLog {
  log ??= createDebugLog({
    value: process.env.RELAY_PHONE_DEBUG,
    environment: process.env,
    write: writeError,
    now: realNow,
    pid: process.pid,
  });
  return log;
}

function writeError(line: string): void {
  // The reader of stderr may have gone, as in `2>&1 | head`.
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => undefined);
  process.stderr.write(line);
}

/** True if the area is turned on. */
export function isDebugging(area: DebugArea): boolean {
  return ownLog().isOn(area);
}

/** Writes one line to stderr if the area is on; only then `message` is called. Secrets in the line are hidden. */
export function debug(area: DebugArea, message: () => string): void {
  ownLog().debug(area, message);
}

/** Hides a value in every line of {@link debug} from now on. */
export function hideSecret(secret: string | undefined): void {
  ownLog().hide(secret);
}

/** True if a variable with this name holds a secret, as `TWILIO_AUTH_TOKEN` does. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Hides the value of each variable that is named like a secret, such as `TWILIO_AUTH_TOKEN`. */
export function hideSecretVariables(variables: Iterable<readonly [string, string]>): void {
  for (const secret of findSecrets(variables)) hideSecret(secret);
}

/**
 * Calls `send` and logs the request and its answer or error with the time it took.
 *
 * @param request returns the request to log, such as `GET http://127.0.0.1:8000/`; only called if the area is on
 * @throws what `send` throws
 */
export function debugRequest<Answer extends { readonly status: number }>(
  area: DebugArea,
  request: () => string,
  send: () => Promise<Answer>,
): Promise<Answer> {
  return isDebugging(area) ? sendAndLog(area, request(), send) : send();
}

async function sendAndLog<Answer extends { readonly status: number }>(
  area: DebugArea,
  request: string,
  send: () => Promise<Answer>,
): Promise<Answer> {
  const start = monotonicNow();
  const spent = () => `${Math.round(monotonicNow() - start)} ms`;
  debug(area, () => `send ${request}`);
  try {
    const answer = await send();
    debug(area, () => `got ${answer.status} for ${request} in ${spent()}`);
    return answer;
  } catch (error) {
    debug(
      area,
      () => `got no answer for ${request} in ${spent()}: ${error instanceof Error ? error.message : error}`,
    );
    throw error;
  }
}
