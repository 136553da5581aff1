// Opens what the checks of smoke look at: test account, app, and the stage of the story.
import { setMaxListeners } from 'node:events';
import { createTestAccount } from '../../../checks/smoke/account/test-account.js';
import type { SmokeSubject } from '../../../checks/smoke/subject.js';
import { createTwilioClient } from '../../../twilio/client.js';
import type { CommandContext } from '../../core/command-context.js';
import { openSmokeApp } from './app.js';
import type { SmokeFlags } from './command.js';
import type { OpenedStage } from './stage.js';

/** How often a request to Twilio is sent at most, and the milliseconds for each answer. */
const REQUEST_LIMITS = { attempts: 3, timeout: 15_000 } as const;

/** The opened subject. */
export interface OpenedSubject {
  readonly subject: SmokeSubject;
  /** Ends running requests and removes what was created. */
  close(): Promise<void>;
}

/**
 * Opens the subject.
 *
 * @param hasApp true if the app is checked
 * @param limit milliseconds for all checks together
 * @throws RelayPhoneError `usage` as {@link openSmokeApp}
 */
export async function openSubject(
  context: CommandContext,
  flags: SmokeFlags,
  { hasApp, limit }: { readonly hasApp: boolean; readonly limit: number },
): Promise<OpenedSubject> {
  const { ports } = context;
  const over = new AbortController();
  const { signal } = over;
  // Every running request listens to it; Node.js would warn of a leak.
  setMaxListeners(0, signal);
  const limits = { ...REQUEST_LIMITS, timeout: Math.min(REQUEST_LIMITS.timeout, limit) };
  const { environment, now } = ports;
  const opened = hasApp ? await openSmokeApp(context, flags, { timeout: limits.timeout, signal }) : undefined;
  let opening: Promise<OpenedStage> | undefined;
  const subject: SmokeSubject = {
    account: createTestAccount({
      environment,
      mayBeMissing: flags.allowMissing ?? false,
      now,
      connect: (credentials, ears) =>
        createTwilioClient(credentials, {
          target: { kind: 'live' },
          environment,
          sleep: (milliseconds) => sleepUntil(milliseconds, signal),
          signal,
          ...limits,
          ...ears,
        }),
    }),
    app: opened?.app,
    openStage: async () => {
      opening ??= import('./stage.js').then(({ openSmokeStage }) => openSmokeStage(ports));
      return (await opening).stage;
    },
  };
  return {
    subject,
    close: async () => {
      over.abort();
      await opened?.close();
      await (await opening?.catch(() => undefined))?.close();
    },
  };
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
