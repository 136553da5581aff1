// The app behind a tunnel: started where a command was given, waited for, and asked whether it believes its public host.
import { connect } from 'node:net';
import { RelayPhoneError } from '../../errors.js';
import { NoAnswer, send } from '../../http/send.js';
import type { Context } from '../context.js';

/** A program that was started. */
export interface AppProcess {
  /** Its exit code; 128 and more for one that a signal ended. */
  readonly ended: Promise<number>;
  /** Asks it to end, and makes it after five seconds. */
  stop(): Promise<void>;
}

/** Milliseconds. */
const [STEP, SLOW, PATIENCE, FAREWELL] = [200, 20_000, 5000, 5000];

/**
 * Starts the app's command. Its streams are ours; under `--json` what it prints goes to stderr.
 *
 * @throws RelayPhoneError `usage` when there is no such program.
 */
export async function startApp(
  context: Context,
  [file = '', ...args]: readonly string[],
  { environment, json }: { readonly environment: Readonly<Record<string, string>>; readonly json: boolean },
): Promise<AppProcess> {
  const { execa } = await import('execa');
  const child = execa(file, args, {
    cwd: context.cwd,
    env: environment,
    stdin: 'inherit',
    stdout: json ? 2 : 'inherit',
    stderr: 'inherit',
    reject: false,
    forceKillAfterDelay: FAREWELL,
  });
  const ended = child.then(({ exitCode, code, signal }) => {
    if (code === 'ENOENT' || code === 'EACCES') return Number.NaN;
    return exitCode ?? (signal === undefined ? 1 : 128);
  });
  if (child.pid === undefined && Number.isNaN(await ended)) throw noProgram(file);
  return {
    ended,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

/** Resolves when somebody accepts connections there. `onSlow` is called once, when that takes long. */
export async function waitForApp(
  context: Pick<Context, 'sleep' | 'now'>,
  app: string,
  onSlow: () => void,
  signal: AbortSignal,
): Promise<void> {
  const start = context.now();
  for (let isTold = false; !signal.aborted && !(await isThere(app)); ) {
    if (!isTold && context.now() - start > SLOW) {
      isTold = true;
      onSlow();
    }
    await context.sleep(STEP);
  }
}

function isThere(app: string): Promise<boolean> {
  const { hostname, port } = new URL(app);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
    socket.setTimeout(PATIENCE, () => end(false));
  });
}

/** Where an app says that it is alive: Firefox Relay's documentation and heartbeat, and what every app has. */
const PATHS = ['/api/v1/docs/', '/__heartbeat__', '/'] as const;

/**
 * Asks the app under its public host, as Twilio's requests will.
 *
 * @returns what is wrong, with what to do; undefined when it answers
 */
export async function findHostFault(
  app: string,
  publicBase: string,
  hostsKey: string,
): Promise<RelayPhoneError | undefined> {
  const { host, hostname, protocol } = new URL(publicBase);
  const headers = { Host: host, 'X-Forwarded-Proto': protocol.replace(':', '') };
  try {
    for (const path of PATHS) {
      const { status, body } = await send({
        method: 'GET',
        url: new URL(path, app),
        headers,
        timeout: PATIENCE,
      });
      if (status === 400 && /DisallowedHost|ALLOWED_HOSTS|Bad Request/.test(body)) {
        return hostRefused(app, hostname, hostsKey);
      }
      if (status < 500 && status !== 404) return undefined;
    }
    return undefined;
  } catch (error) {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  }
}

/** Whether an app of Django's shows its debug pages, with settings in them. */
export async function isDebugging(app: string): Promise<boolean> {
  try {
    const url = new URL('/relay-phone/no-such-page', app);
    const { body } = await send({ method: 'GET', url, timeout: PATIENCE });
    return /DEBUG\s*=\s*True/.test(body);
  } catch (error) {
    if (error instanceof NoAnswer) return false;
    throw error;
  }
}

function hostRefused(app: string, host: string, key: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'fault',
    task: `reach the app at ${app} as ${host}`,
    reason: `it refuses this host`,
    tryNext: [
      `restart the app: ${key} in .env names the host now, and the app reads it only once`,
      `${key}=${host},127.0.0.1,localhost where the app reads its settings`,
    ],
  });
}

function noProgram(file: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: `start ${file}`,
    reason: 'there is no such program, or it may not be run',
    tryNext: ['relay-phone tunnel -- COMMAND, as it is typed into a shell'],
  });
}
