// Moves a sandbox's manual clock at the pace of real time, between the times that a story skips.
import { RelayPhoneError } from '../errors.js';
import type { StoryPorts } from './ports.js';
import type { Story } from './story.js';

/** The interval between two moves of the manual clock. */
const TICK_MS = 10;

/** True if a story skips time, which needs a manual clock. */
export function skipsTime({ steps }: Story): boolean {
  return steps.some(({ kind }) => kind === 'advance');
}

/**
 * Starts to move the sandbox's clock if it is manual; a real clock is left alone.
 *
 * @returns a function that stops it
 * @throws RelayPhoneError `needsUser` if the story skips time and the sandbox has a real clock.
 */
export async function runManualClock(
  story: Story,
  { control, now, sleep }: Pick<StoryPorts, 'control' | 'now' | 'sleep'>,
): Promise<() => Promise<void>> {
  if (!(await isManual())) {
    if (skipsTime(story)) throw createClockError();
    return async () => undefined;
  }
  let isStopped = false;
  const ticking = tick().catch(ignoreReportedError);
  return async () => {
    isStopped = true;
    await ticking;
  };

  async function isManual(): Promise<boolean> {
    try {
      await control.advance(0);
      return true;
    } catch (error) {
      if (error instanceof RelayPhoneError && error.kind === 'usage') return false;
      throw error;
    }
  }

  async function tick(): Promise<void> {
    for (let last = now(); !isStopped; ) {
      await sleep(TICK_MS);
      const time = now();
      await control.advance(time - last);
      last = time;
    }
  }
}

/** The next step reports that the sandbox has stopped. */
function ignoreReportedError(error: unknown): void {
  if (!(error instanceof RelayPhoneError)) throw error;
}

function createClockError(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'play the story',
    reason: 'it skips time, and the running sandbox has a real clock',
    tryNext: [
      'relay-phone sandbox --clock manual, instead of that sandbox',
      'stop that sandbox, then play the story',
    ],
  });
}
