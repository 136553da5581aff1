// The app on this machine: where it usually is, and waiting until it accepts connections.
import { connect } from 'node:net';
import type { CliPorts } from './ports.js';

/** Where Firefox Relay listens on a developer's machine, and `serve` too. */
export const USUAL_APP = 'http://127.0.0.1:8000';

/** Milliseconds. */
const [STEP, SLOW, PATIENCE] = [200, 20_000, 5000];

/** Resolves when somebody accepts connections there. `onSlow` is called once, when that takes long. */
export async function waitForApp(
  ports: Pick<CliPorts, 'sleep' | 'now'>,
  app: string,
  onSlow: () => void,
  signal: AbortSignal,
): Promise<void> {
  const start = ports.now();
  for (let isTold = false; !signal.aborted && !(await isThere(app)); ) {
    if (!isTold && ports.now() - start > SLOW) {
      isTold = true;
      onSlow();
    }
    await ports.sleep(STEP);
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
