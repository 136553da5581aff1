// The app behind a tunnel: waited for, and asked whether it shows its settings to everybody.
import { connect } from 'node:net';
import { NoAnswer, sendRequest } from '../../http/send.js';
import type { CliPorts } from '../context.js';

/** Milliseconds. */
const [STEP, SLOW, PATIENCE] = [200, 20_000, 5000];

/** Resolves when somebody accepts connections there. `onSlow` is called once, when that takes long. */
export async function waitForApp(
  context: Pick<CliPorts, 'sleep' | 'now'>,
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

/** Whether an app of Django's shows its debug pages, with settings in them. */
export async function isDebugging(app: string): Promise<boolean> {
  try {
    const url = new URL('/relay-phone/no-such-page', app);
    const { body } = await sendRequest({ method: 'GET', url, timeout: PATIENCE });
    return /DEBUG\s*=\s*True/.test(body);
  } catch (error) {
    if (error instanceof NoAnswer) return false;
    throw error;
  }
}
