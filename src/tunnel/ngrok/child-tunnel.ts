// An open tunnel as the program sees it: the child that holds it, and whether that still lives.
import type { Tunnel } from '../tunnel.js';
import type { NgrokChild } from './child-process.js';
import type { Heartbeat } from './protocol.js';

/** Milliseconds an orderly end may take. */
const CLOSE_TIMEOUT_MS = 2_000;

/** The tunnel of a child that reported it as up. A lost tunnel is not repaired: the child ends with it. */
export function createChildTunnel(child: NgrokChild, publicBase: string, heartbeat: Heartbeat): Tunnel {
  let why: string | undefined;
  let isClosing = false;
  const listeners: ((why: string) => void)[] = [];
  const watch = createWatchdog(heartbeat, () => markLost('the ngrok process stopped answering'));
  child.onMessage((message) => {
    if (message.kind === 'beat') watch.renew();
    if (message.kind === 'lost') markLost(message.why);
  });
  child.ended.then(markLost);

  function markLost(reason: string): void {
    // The SDK reports an endpoint that we close ourselves as lost, before it is unbound.
    if (why !== undefined || isClosing) return;
    why = reason;
    watch.stop();
    child.kill();
    for (const listener of listeners) listener(reason);
  }
  return {
    publicBase,
    onLost: (listener) => {
      if (why === undefined) listeners.push(listener);
      else listener(why);
    },
    close: async () => {
      isClosing = true;
      watch.stop();
      child.send({ kind: 'close' });
      const timer = setTimeout(child.kill, CLOSE_TIMEOUT_MS);
      await child.ended;
      clearTimeout(timer);
    },
  };
}

/** The child tells of each heartbeat that was answered; when it tells of nothing for long, it hangs itself. */
function createWatchdog(
  { intervalSeconds: interval, toleranceSeconds: tolerance }: Heartbeat,
  onSilence: () => void,
) {
  const patience = (3 * interval + tolerance) * 1000;
  let timer = setTimeout(onSilence, patience);
  return {
    renew: () => {
      clearTimeout(timer);
      timer = setTimeout(onSilence, patience);
    },
    stop: () => clearTimeout(timer),
  };
}
