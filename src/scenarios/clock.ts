// Lets the time of a sandbox with a manual clock pass as that of the real one does, but for what a story skips.
import { RelayPhoneError } from '../errors.js';
import type { StoryPorts } from './ports.js';
import type { Story } from './story.js';

/** Milliseconds between two moves of the hand. */
const TICK_MS = 10;

/** Whether a story skips time, which takes a manual clock. */
export function skipsTime({ steps }: Story): boolean {
  return steps.some(({ verb }) => verb === 'advance');
}

/**
 * Starts to let time pass, where it does not pass by itself.
 *
 * @returns stops it
 * @throws RelayPhoneError `needsUser` when the story skips time and the clock runs by itself.
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

/** The steps notice by themselves that the sandbox is gone. */
function ignoreReportedError(error: unknown): void {
  if (!(error instanceof RelayPhoneError)) throw error;
}

function createClockError(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'play the story',
    reason: 'it skips time, and the clock of the sandbox that runs goes by itself',
    tryNext: ['relay-phone sandbox --clock manual, instead of that sandbox', 'play it while no sandbox runs'],
  });
}
