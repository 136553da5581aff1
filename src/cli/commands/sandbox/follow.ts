// Shows what happens in a sandbox as it happens.
import type { ControlClient } from '../../../sandbox/control/client.js';
import type { CliPorts } from '../../core/ports.js';
import type { Screen } from '../../core/screen.js';
import { describeHop } from './event-line.js';

/**
 * Shows every event until it is interrupted, or nobody reads any more.
 *
 * @param since the id of the event before the first to show; by default the next one is the first
 * @throws RelayPhoneError `network` when the sandbox goes away.
 */
export async function follow(
  ports: CliPorts,
  screen: Screen,
  control: ControlClient,
  since?: number,
): Promise<void> {
  const ending = new AbortController();
  const end = () => ending.abort();
  ports.onInterrupt(async () => end());
  // As in `| head`.
  ports.stdout.on('error', end);
  await control.watch(
    (event) => {
      screen.line(describeHop(event));
      screen.record(event);
    },
    { signal: ending.signal, ...(since !== undefined && { since }) },
  );
}
