// Starts the app that a story is played with, and waits until it answers.
import { RelayPhoneError } from '../../../errors.js';
import { NoAnswer, sendRequest } from '../../../http/send.js';
import { need } from '../../../setup/setup.js';
import { waitForApp } from '../../core/app.js';
import type { CommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import type { Session } from '../../core/session.js';
import type { StartedProgram } from '../../core/started-program.js';
import { prepareExecution, startInSandbox } from '../exec/program.js';
import { forSandbox } from '../exec/sandbox-settings.js';

/** Milliseconds that the app may take for its first answer. */
const PATIENCE = 20_000;

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
  const base = need(session.setup.facts.publicBase);
  try {
    await waitForStarted(ports, context, { program, command, base });
  } catch (error) {
    await stop();
    throw error;
  }
  void program.ended.then((code) => {
    if (!isStopping) context.screen.warn(`the app has ended, with ${code}`);
  });
  return stop;
}

interface Starting {
  readonly program: StartedProgram;
  readonly command: readonly string[];
  readonly base: string;
}

async function waitForStarted(
  ports: CliPorts,
  { screen }: CommandContext,
  { program, command, base }: Starting,
): Promise<void> {
  const waiting = new AbortController();
  const progress = screen.progress(`waiting for the app at ${base}`);
  const ended = program.ended.then((code) => {
    if (!waiting.signal.aborted) throw appEnded(command, code);
  });
  try {
    await Promise.race([ended, waitForAnswer(ports, base, waiting.signal)]);
  } finally {
    waiting.abort();
    progress.end();
  }
}

/** That a port is open says little: an app may open it before it is ready, and hold what comes. */
async function waitForAnswer(ports: CliPorts, base: string, signal: AbortSignal): Promise<void> {
  await waitForApp(ports, base, () => undefined, signal);
  if (signal.aborted) return;
  await sendRequest({ method: 'GET', url: new URL(base), timeout: PATIENCE }).catch(ignoreSilence);
}

/** One that does not answer this may answer webhooks all the same. */
function ignoreSilence(error: unknown): void {
  if (!(error instanceof NoAnswer)) throw error;
}

function appEnded([file = '']: readonly string[], code: number): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `start ${file}`,
    reason: `it ended with ${code} before it could be reached`,
    tryNext: ['run it with relay-phone exec -- COMMAND, to see why', '--app URL, where it is to be found'],
  });
}
