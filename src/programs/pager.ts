// Shows a long text in the user's pager.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Shows a text in the program that `PAGER` names, else in `less`, and returns when the user has ended it. The text may
 * contain no control characters.
 *
 * @returns false if there is no such program, or it failed to start: then nothing was shown
 */
export async function showInPager(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const [file = 'less', ...args] = (environment.PAGER ?? 'less').split(' ').filter(Boolean);
  // As git does: less ends by itself if all fits, and leaves the text on the screen.
  const env = { LESS: 'FRX', ...environment };
  const child = spawn(file, args, { stdio: ['pipe', 'inherit', 'inherit'], env });
  // Ctrl-C is for the pager, and ends nothing here.
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  try {
    // The user may end it before it has read everything.
    child.stdin.on('error', ignore);
    await once(child, 'spawn');
    child.stdin.end(text);
    await once(child, 'exit');
    return true;
  } catch {
    return false;
  } finally {
    process.off('SIGINT', ignore);
  }
}
