// Gives the likely reason why an app fails that has never asked the sandbox for anything, and the line that starts it.
import type { ControlClient } from '../../sandbox/control/client.js';
import type { CommandContext } from './command-context.js';
import { createLines } from './next-lines.js';

/**
 * Warns if the app has failed and has never reached this sandbox: then its requests go to the real Twilio.
 *
 * @param hasFailed true if it has failed in another way than at a webhook
 */
export async function warnOfBlindApp(
  context: CommandContext,
  control: ControlClient,
  hasFailed = false,
): Promise<void> {
  const { app } = await control.state();
  if (app.requests > 0 || (app.failedWebhooks === 0 && !hasFailed)) return;
  const { screen } = context;
  screen.warn('The app has never asked this Twilio for anything.');
  screen.detail('Its requests go to the real Twilio, unless it was started through relay-phone exec.');
  screen.advice([createLines(context, { target: 'sandbox' }).exec]);
}
