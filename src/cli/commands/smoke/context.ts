// Opens the context of the smoke checks: the test account, the app, and the sandbox and relay of the story.
import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAccount } from '../../../checks/smoke/account/test-account.js';
import type { SmokeContext } from '../../../checks/smoke/smoke-context.js';
import { findSystemCode, RelayPhoneError } from '../../../errors.js';
import { required } from '../../../setup/setup.js';
import { createTwilioClient } from '../../../twilio/client.js';
import type { CommandContext } from '../../core/command-context.js';
import type { openSmokeApp } from './app.js';
import type { SmokeFlags } from './command.js';
import type { OpenedStage } from './stage.js';

/** The maximum number of attempts of a request to Twilio, and the milliseconds for each. */
const REQUEST_LIMITS = { attempts: 3, timeoutMs: 15_000 } as const;

/** The opened context. */
export interface OpenedSmokeContext {
  readonly smokeContext: SmokeContext;
  /** Ends running requests and removes what was created. */
  close(): Promise<void>;
}

/** What the selected checks need. */
interface SmokeNeeds {
  /** True if the app is checked. */
  readonly hasApp: boolean;
  /** True if the story is played. */
  readonly hasStory: boolean;
  /** Milliseconds for all checks together. */
  readonly limit: number;
}

/**
 * Opens the context of the checks.
 *
 * @throws RelayPhoneError `usage` as {@link openSmokeApp}, `needsUser` without a temporary folder for the story
 */
export async function openSmokeContext(
  context: CommandContext,
  flags: SmokeFlags,
  { hasApp, hasStory, limit }: SmokeNeeds,
): Promise<OpenedSmokeContext> {
  const { ports } = context;
  const over = new AbortController();
  const { signal } = over;
  // Every running request listens to it; Node.js would warn of a leak.
  setMaxListeners(0, signal);
  const limits = { ...REQUEST_LIMITS, timeoutMs: Math.min(REQUEST_LIMITS.timeoutMs, limit) };
  const { environment, now } = ports;
  const folder = hasStory ? createTemporaryFolder() : undefined;
  const removeFolder = async () => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
  ports.onInterrupt(removeFolder);
  const access = { timeoutMs: limits.timeoutMs, signal };
  const opened = hasApp
    ? await openApp(context, flags, access).catch(async (error: unknown) => {
        await removeFolder();
        throw error;
      })
    : undefined;
  let opening: Promise<OpenedStage> | undefined;
  const smokeContext: SmokeContext = {
    account: createTestAccount({
      environment,
      allowsMissing: flags.allowMissing ?? false,
      now,
      connect: (credentials, hooks) =>
        createTwilioClient(credentials, {
          target: { kind: 'live' },
          environment,
          sleep: (milliseconds) => sleepUntil(milliseconds, signal),
          signal,
          ...limits,
          ...hooks,
        }),
    }),
    app: opened?.app,
    openStage: async () => {
      opening ??= import('./stage.js').then(({ openSmokeStage }) => openSmokeStage(ports, required(folder)));
      return (await opening).stage;
    },
  };
  return {
    smokeContext,
    close: async () => {
      over.abort();
      await opened?.close();
      await (await opening?.catch(() => undefined))?.close();
      await removeFolder();
    },
  };
}

/** Loaded here, because the story needs neither the app nor what starts programs. */
async function openApp(...options: Parameters<typeof openSmokeApp>): ReturnType<typeof openSmokeApp> {
  const { openSmokeApp } = await import('./app.js');
  return openSmokeApp(...options);
}

function createTemporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'relay-phone-smoke-'));
  } catch (error) {
    throw new RelayPhoneError({
      kind: 'needsUser',
      task: 'make a temporary folder for the story',
      reason: `${tmpdir()} cannot be written (${findSystemCode(error) ?? String(error)})`,
      tryNext: [
        'set TMPDIR (TEMP on Windows) to a folder that exists and that you may write to',
        'unset TMPDIR',
      ],
      cause: error,
    });
  }
}

/** Sleeps until the time is over or the signal is aborted. */
function sleepUntil(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    signal.addEventListener('abort', wake);
  });
}
