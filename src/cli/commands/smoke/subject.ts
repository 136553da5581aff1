// Gathers what the checks of smoke look at, and takes it away again.
import { setMaxListeners } from 'node:events';
import { createTestAccount } from '../../../checks/smoke/account/test-account.js';
import type { SmokeSubject } from '../../../checks/smoke/subject.js';
import { createTwilioClient } from '../../../twilio/client.js';
import type { CommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { openSmokeApp } from './app.js';
import type { SmokeFlags } from './command.js';
import type { OpenStage } from './stage.js';

/** How often Twilio is asked in all, where asking again is safe; and the milliseconds that one answer may take. */
const PATIENCE = { attempts: 3, timeout: 15_000 } as const;

/** The subject, and how to leave it. */
export interface OpenSubject {
  readonly subject: SmokeSubject;
  /** Ends what is still under way, and takes away what was made. */
  close(): Promise<void>;
}

/** What {@link openSubject} is told besides. */
export interface SubjectOptions {
  /** What starts the app; empty for one that is there. */
  readonly command: readonly string[];
  /** Whether the app is looked at. */
  readonly hasApp: boolean;
  /** Milliseconds for all of it. */
  readonly limit: number;
}

/** Gathers it. @throws RelayPhoneError `usage` for a flag that makes no sense */
export async function openSubject(
  ports: CliPorts,
  context: CommandContext,
  flags: SmokeFlags,
  { command, hasApp, limit }: SubjectOptions,
): Promise<OpenSubject> {
  const over = new AbortController();
  const { signal } = over;
  // Every request under way listens to it, and Node.js would suspect a leak.
  setMaxListeners(0, signal);
  const patience = { ...PATIENCE, timeout: Math.min(PATIENCE.timeout, limit) };
  const { environment, now } = ports;
  const opened = hasApp
    ? await openSmokeApp(ports, context, flags, { command, timeout: patience.timeout, signal })
    : undefined;
  let opening: Promise<OpenStage> | undefined;
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
          ...patience,
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

/** Sleeps, but not beyond the end. */
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
