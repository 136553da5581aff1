// Shows what happens in a sandbox as it happens.
import type { ControlClient } from '../sandbox/control/client.js';
import type { CliPorts } from './context.js';
import { describeHop } from './terminal/hop.js';
import type { Screen } from './terminal/screen.js';

/**
 * Shows every event until it is interrupted, or nobody reads any more.
 *
 * @param since the id of the event before the first to show; by default the next one is the first
 * @throws RelayPhoneError `network` when the sandbox goes away.
 */
export async function follow(
  context: CliPorts,
  screen: Screen,
  control: ControlClient,
  since?: number,
): Promise<void> {
  const ending = new AbortController();
  const end = () => ending.abort();
  context.onInterrupt(async () => end());
  // As in `| head`.
  context.stdout.on('error', end);
  await control.watch(
    (event) => {
      screen.line(describeHop(event));
      screen.record(event);
    },
    { signal: ending.signal, ...(since !== undefined && { since }) },
  );
}
