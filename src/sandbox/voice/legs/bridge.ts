// Connects two legs: what is said on one is heard on the other.

import type { CallExecution } from '../execution/execution.js';
import { waitForSignal, whenAborted } from '../execution/wait.js';
import type { Leg } from './leg.js';

/** How a connection ends. */
export interface BridgeOptions {
  /** Milliseconds. */
  readonly timeLimit: number;
  /** Whether a star that the caller presses ends it. */
  readonly hangupOnStar: boolean;
  /** Is told the words that are said. */
  readonly onWords?: (words: string) => void;
}

/**
 * Connects the leg of a run with another, until that one is over, the time is up, or the caller wants no more.
 *
 * @throws the run's signal's reason
 */
export function bridge(
  { leg, signal, world }: CallExecution,
  other: Leg,
  options: BridgeOptions,
): Promise<void> {
  leg.emit({ kind: 'call.connected', sid: leg.sid, otherSid: other.sid });
  return waitForSignal<void>(signal, (resolve) => {
    const end = () => resolve();
    const ends = [
      leg.listen((sound) => {
        if (options.hangupOnStar && sound.kind === 'keys' && sound.content === '*') end();
        else pass(sound, other);
        return true;
      }),
      other.listen((sound) => {
        pass(sound, leg);
        return true;
      }),
      whenAborted(other.over, end),
      whenAborted(other.away, end),
      world.clock.after(options.timeLimit, end),
    ];
    function pass(sound: Parameters<Leg['play']>[0], to: Leg): void {
      if (sound.kind === 'words') options.onWords?.(sound.content);
      to.play(sound);
    }
    return () => {
      for (const stop of ends) stop();
    };
  });
}
