// Opens what a story is played against: the sandbox, the app, and the numbers of the account.
import { NoAnswer } from '../../../http/send.js';
import type { JoinedSandbox } from '../../../sandbox/instance/join.js';
import type { StoryPorts } from '../../../scenarios/ports.js';
import { NO_CHOICES, required } from '../../../setup/setup.js';
import { waitForStartedApp } from '../../core/app.js';
import { findAppOrigin } from '../../core/app-origin.js';
import type { CommandContext } from '../../core/command-context.js';
import { openSession, type Session } from '../../core/session.js';
import { prepareExecution, startInSandbox } from '../exec/execution.js';
import { forSandbox } from '../exec/sandbox-settings.js';
import type { PlayFlags } from './command.js';
import { createStoryAccount, createStoryApp } from './story-ports.js';

/** How long the app may take for its first answer. */
const APP_TIMEOUT_MS = 20_000;

/** The sandbox, the app and the account's numbers, open while stories are played. */
export interface PlaySession {
  readonly ports: StoryPorts;
  readonly sandbox: JoinedSandbox;
  /** Ends the app if it was started here, and leaves the sandbox. */
  close(): Promise<void>;
}

/**
 * Joins the sandbox or runs it in this process. Starts the app if the flags have a program, and waits until it answers.
 *
 * @param clock of a sandbox that runs in this process
 * @throws RelayPhoneError `needsUser` if the app ends before it answers.
 */
export async function openPlaySession(
  context: CommandContext,
  flags: PlayFlags,
  clock: 'real' | 'manual',
): Promise<PlaySession> {
  const { strict = false } = flags;
  const session = await openSession(forSandbox(context), 'sandbox', {
    command: 'play',
    prompts: undefined,
    choices: { ...NO_CHOICES, yes: true },
    keeps: true,
    hosts: true,
    clock,
    failsOnUnsupported: strict,
  });
  try {
    const sandbox = required(session.sandbox);
    // What the app asks for when it starts counts too; with --watch, it would count for every play.
    const startEventId = flags.watch ? undefined : (await sandbox.control.state()).lastEventId;
    const stop = flags.command.length === 0 ? undefined : await startApp(context, session, flags.command);
    const { control } = sandbox;
    const { setup } = session;
    const { now, sleep } = context.ports;
    // The setup before a start points the account at the app, so the public base is its origin.
    const app = flags.app ?? setup.facts.publicBase;
    return {
      sandbox,
      ports: {
        control,
        app: createStoryApp(context, setup, app),
        account: createStoryAccount(setup, () => findAppOrigin(context, app)),
        now,
        sleep,
        isStrict: strict || sandbox.failsOnUnsupported,
        ...(startEventId !== undefined && { startEventId }),
      },
      close: async () => {
        await stop?.();
        await session.close();
      },
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Starts the app and waits until it answers. @returns a function that ends the app */
async function startApp(
  context: CommandContext,
  session: Session,
  command: readonly string[],
): Promise<() => Promise<void>> {
  const { ports, screen } = context;
  const execution = await prepareExecution(forSandbox(context), session);
  // The app's output goes to stderr, so that it does not mix with our lines on stdout.
  const origin = required(session.setup.facts.publicBase);
  const { program, close } = await startInSandbox(execution, command, { json: true, origin });
  let isStopping = false;
  const stop = async () => {
    isStopping = true;
    await program.stop();
    await close();
  };
  ports.onInterrupt(stop);
  const progress = screen.progress(`waiting for the app at ${origin}`);
  try {
    await waitForStartedApp(ports, { program, origin, endedKind: 'needsUser', timeoutMs: APP_TIMEOUT_MS });
  } catch (error) {
    // An app that does not answer this request may still answer webhooks.
    if (!(error instanceof NoAnswer)) {
      await stop();
      throw error;
    }
  } finally {
    progress.end();
  }
  void program.ended.then((code) => {
    if (!isStopping) screen.warn(`the app ended with ${code}`);
  });
  return stop;
}
