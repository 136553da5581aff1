// What stories are played on: a sandbox, the app if it is to be started, and the ways to both.
import { RelayPhoneError } from '../../errors.js';
import { NoAnswer, send } from '../../http/send.js';
import type { ControlClient } from '../../sandbox/control/client.js';
import type { StoryPorts } from '../../scenarios/ports.js';
import { NO_CHOICES, need } from '../../setup/setup.js';
import { findAppOrigin } from '../app/access.js';
import type { Context } from '../context.js';
import { prepareExecution, startInSandbox } from '../exec/program.js';
import { forSandbox } from '../exec/sandbox-ground.js';
import type { PlayFlags } from '../flags.js';
import type { Ground } from '../ground.js';
import { openSession, type Session } from '../session.js';
import { waitForApp } from '../tunnel/app.js';
import { createStoryAccount } from './account-port.js';
import { createStoryApp } from './app-port.js';

/** Milliseconds that the app may take for its first answer. */
const PATIENCE = 20_000;

/** See the head of this file. */
export interface Stage {
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
export async function openStage(context: Context, ground: Ground, options: StageOptions): Promise<Stage> {
  const { flags, command, clock } = options;
  const session = await openSession(context, forSandbox(ground), 'sandbox', {
    command: 'play',
    ask: undefined,
    choices: { ...NO_CHOICES, yes: true },
    keeps: true,
    hosts: true,
    clock,
  });
  try {
    const stop = command.length === 0 ? undefined : await startApp(context, ground, session, command);
    return present(context, ground, session, { app: flags.app ?? findStarted(session), stop });
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
  { now, sleep }: Context,
  ground: Ground,
  session: Session,
  { app, stop }: { readonly app: string | undefined; readonly stop: (() => Promise<void>) | undefined },
): Stage {
  const { control } = need(session.sandbox);
  const { setup } = session;
  return {
    control,
    ports: {
      control,
      app: createStoryApp(ground, setup, app),
      account: createStoryAccount(setup, () => findAppOrigin(ground, app)),
      now,
      sleep,
    },
    close: async () => {
      await stop?.();
      await session.close();
    },
  };
}

/** @returns ends it */
async function startApp(
  context: Context,
  ground: Ground,
  session: Session,
  command: readonly string[],
): Promise<() => Promise<void>> {
  const execution = await prepareExecution(context, forSandbox(ground), session);
  // What the app prints must not stand between our lines on stdout.
  const { program, close } = await startInSandbox(execution, command, { json: true });
  const stop = async () => {
    await program.stop();
    await close();
  };
  context.onInterrupt(stop);
  const base = need(session.setup.facts.publicBase);
  const waiting = new AbortController();
  const progress = ground.screen.progress(`waiting for the app at ${base}`);
  const ended = program.ended.then((code) => {
    throw appEnded(command, code);
  });
  try {
    await Promise.race([ended, waitForAnswer(context, base, waiting.signal)]);
    ended.catch(() => undefined);
    return stop;
  } catch (error) {
    await stop();
    throw error;
  } finally {
    waiting.abort();
    progress.end();
  }
}

/** That a port is open says little: an app may open it before it is ready, and hold what comes. */
async function waitForAnswer(context: Context, base: string, signal: AbortSignal): Promise<void> {
  await waitForApp(context, base, () => undefined, signal);
  if (signal.aborted) return;
  await send({ method: 'GET', url: new URL(base), timeout: PATIENCE }).catch(ignoreSilence);
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
