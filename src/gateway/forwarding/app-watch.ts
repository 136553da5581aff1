// Notices when the app goes away and when it is back.
import type { GatewayEvent } from '../events.js';
import type { ForwardResult } from './forward.js';

/** See the head of this file. */
export interface AppMonitor {
  observe(outcome: Pick<ForwardResult, 'isDown' | 'error'>): void;
}

/** Makes one; each change is told once. */
export function createAppMonitor(app: string, emit: (event: GatewayEvent) => void): AppMonitor {
  let wasDown = false;
  return {
    observe: ({ isDown, error }) => {
      if (isDown && !wasDown) emit({ kind: 'app-down', app, why: error ?? 'is not there' });
      else if (wasDown && error === null) emit({ kind: 'app-up', app });
      wasDown = isDown || (wasDown && error !== null);
    },
  };
}
