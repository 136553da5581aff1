// Starts the app that a story is played with, and waits until it answers.
import { NoAnswer } from '../../../http/send.js';
import { required } from '../../../setup/setup.js';
import type { CommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import type { Session } from '../../core/session.js';
import { waitForStartedApp } from '../../core/started-app.js';
import { prepareExecution, startInSandbox } from '../exec/program.js';
import { forSandbox } from '../exec/sandbox-settings.js';

/** For the app's first answer. */
const TIMEOUT_MS = 20_000;

/**
 * Starts the app, which goes into the sandbox of the session, and waits until it can be reached.
 *
 * @returns ends it
 * @throws RelayPhoneError `usage` when there is no such program, `needsUser` when it ends before that.
 */
export async function startApp(
  ports: CliPorts,
  context: CommandContext,
  session: Session,
  command: readonly string[],
): Promise<() => Promise<void>> {
  const execution = await prepareExecution(ports, forSandbox(context), session);
  // What the app prints must not stand between our lines on stdout.
  const { program, close } = await startInSandbox(execution, command, { json: true });
  let isStopping = false;
  const stop = async () => {
    isStopping = true;
    await program.stop();
    await close();
  };
  ports.onInterrupt(stop);
  const origin = required(session.setup.facts.publicBase);
  const progress = context.screen.progress(`waiting for the app at ${origin}`);
  try {
    await waitForStartedApp(ports, { program, origin, endedKind: 'needsUser', timeoutMs: TIMEOUT_MS });
  } catch (error) {
    // An app that does not answer this may answer webhooks all the same.
    if (!(error instanceof NoAnswer)) {
      await stop();
      throw error;
    }
  } finally {
    progress.end();
  }
  void program.ended.then((code) => {
    if (!isStopping) context.screen.warn(`the app has ended, with ${code}`);
  });
  return stop;
}
