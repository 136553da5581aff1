// Notices when the app goes away and when it is back.
import type { GatewayEvent } from '../events.js';
import type { Outcome } from './forward.js';

/** See the head of this file. */
export interface AppWatch {
  see(outcome: Pick<Outcome, 'isDown' | 'error'>): void;
}

/** Makes one; each change is told once. */
export function createAppWatch(app: string, tell: (event: GatewayEvent) => void): AppWatch {
  let isAway = false;
  return {
    see: ({ isDown, error }) => {
      if (isDown && !isAway) tell({ kind: 'app-down', app, why: error ?? 'is not there' });
      else if (isAway && error === null) tell({ kind: 'app-up', app });
      isAway = isDown || (isAway && error !== null);
    },
  };
}
