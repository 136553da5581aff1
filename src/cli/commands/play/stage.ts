// What stories are played on: a sandbox, the app if it is to be started, and the ways to both.
import type { ControlClient } from '../../../sandbox/control/client.js';
import type { StoryPorts } from '../../../scenarios/ports.js';
import { NO_CHOICES, required } from '../../../setup/setup.js';
import type { CommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { openSession, type Session } from '../../core/session.js';
import { forSandbox } from '../exec/sandbox-settings.js';
import { findAppOrigin } from '../send-test/app-access.js';
import { createStoryAccount } from './account-port.js';
import { createStoryApp } from './app-port.js';
import type { PlayFlags } from './command.js';
import { startApp } from './start-app.js';

/** See the head of this file. */
export interface PlayStage {
  readonly ports: StoryPorts;
  readonly control: ControlClient;
  /** Ends the app that was started, and leaves the sandbox. */
  close(): Promise<void>;
}

/** How to open one. */
export interface StageOptions {
  readonly flags: PlayFlags;
  /** The app to start; empty for one that runs, or needs not. */
  readonly command: readonly string[];
  /** Of the sandbox, unless one runs already. */
  readonly clock: 'real' | 'manual';
}

/**
 * Joins the sandbox of the state folder or runs it here, and starts the app and waits until it can be reached.
 *
 * @throws RelayPhoneError `needsUser` when the app ends before that.
 */
export async function openPlayStage(
  ports: CliPorts,
  context: CommandContext,
  options: StageOptions,
): Promise<PlayStage> {
  const { flags, command, clock } = options;
  const session = await openSession(ports, forSandbox(context), 'sandbox', {
    command: 'play',
    ask: undefined,
    choices: { ...NO_CHOICES, yes: true },
    keeps: true,
    hosts: true,
    clock,
  });
  try {
    const stop = command.length === 0 ? undefined : await startApp(ports, context, session, command);
    return present(ports, context, session, { app: flags.app ?? findStarted(session), stop });
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Where an app that was started is: what was set up for it leads there. */
function findStarted({ setup }: Session): string | undefined {
  return setup.facts.publicBase;
}

function present(
  { now, sleep }: CliPorts,
  context: CommandContext,
  session: Session,
  { app, stop }: { readonly app: string | undefined; readonly stop: (() => Promise<void>) | undefined },
): PlayStage {
  const { control } = required(session.sandbox);
  const { setup } = session;
  return {
    control,
    ports: {
      control,
      app: createStoryApp(context, setup, app),
      account: createStoryAccount(setup, () => findAppOrigin(context, app)),
      now,
      sleep,
    },
    close: async () => {
      await stop?.();
      await session.close();
    },
  };
}
