// The app behind a tunnel: waited for, and asked whether it believes its public host.
import { connect } from 'node:net';
import { RelayPhoneError } from '../../errors.js';
import { NoAnswer, send } from '../../http/send.js';
import type { Context } from '../context.js';

/** Milliseconds. */
const [STEP, SLOW, PATIENCE] = [200, 20_000, 5000];

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
