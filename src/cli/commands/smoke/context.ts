// Opens the context of the smoke checks: the test account, the app, and the sandbox and relay of the story.
import { setMaxListeners } from 'node:events';
import { TEST_SID_VARIABLE, TEST_TOKEN_VARIABLE } from '../../../checks/smoke/account/credentials.js';
import { createTestAccount } from '../../../checks/smoke/account/test-account.js';

import type { AppUnderTest, SmokeContext } from '../../../checks/smoke/smoke-context.js';
import { RelayPhoneError } from '../../../errors.js';
import { findAgent } from '../../../http/agent.js';
import { sendRequest } from '../../../http/send.js';
import { startProgram } from '../../../programs/start.js';
import { verifyResolved } from '../../../settings/unresolved.js';
import { createTwilioClient } from '../../../twilio/client.js';
import { USUAL_APP, waitForStartedApp } from '../../core/app.js';
import { type CommandContext, readSecret } from '../../core/command-context.js';
import { findOrigin } from '../../core/values.js';
import type { SmokeFlags } from './command.js';
import type { OpenedStage } from './stage.js';

/** With test credentials in its environment Relay would buy masks from the test account. */
const WITHOUT_TEST_PAIR = { [TEST_SID_VARIABLE]: '', [TEST_TOKEN_VARIABLE]: '' };

/** The maximum number of attempts of a request to Twilio, and the milliseconds for each. */
const REQUEST_LIMITS = { attempts: 3, timeoutMs: 15_000 } as const;

/** The opened context. */
export interface OpenedSmokeContext {
  readonly smokeContext: SmokeContext;
  /** Ends running requests and removes what was created. */
  close(): Promise<void>;
}

/**
 * Opens the context of the checks.
 *
 * @param hasApp true if the app is checked
 * @param limit milliseconds for all checks together
 * @throws RelayPhoneError `usage` as {@link openSmokeApp}
 */
export async function openSmokeContext(
  context: CommandContext,
  flags: SmokeFlags,
  { hasApp, limit }: { readonly hasApp: boolean; readonly limit: number },
): Promise<OpenedSmokeContext> {
  const { ports } = context;
  const over = new AbortController();
  const { signal } = over;
  // Every running request listens to it; Node.js would warn of a leak.
  setMaxListeners(0, signal);
  const limits = { ...REQUEST_LIMITS, timeoutMs: Math.min(REQUEST_LIMITS.timeoutMs, limit) };
  const { environment, now } = ports;
  const opened = hasApp
    ? await openSmokeApp(context, flags, { timeoutMs: limits.timeoutMs, signal })
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
      opening ??= import('./stage.js').then(({ openSmokeStage }) => openSmokeStage(ports));
      return (await opening).stage;
    },
  };
  return {
    smokeContext,
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

/** The opened app. */
interface OpenedApp {
  readonly app: AppUnderTest;
  /** Ends the app if smoke started it. */
  close(): Promise<void>;
}

/**
 * Opens the app, and starts it if the flags have a program.
 *
 * @throws RelayPhoneError `usage` for a malformed public URL, an unusable token file, or a program that does not exist.
 */
async function openSmokeApp(
  context: CommandContext,
  flags: SmokeFlags,
  { timeoutMs, signal }: Pick<AppUnderTest, 'timeoutMs' | 'signal'>,
): Promise<OpenedApp> {
  const { ports } = context;
  const { command } = flags;
  const origin = flags.app ?? USUAL_APP;
  verifySignedValues(context, flags);
  const publicBase = findSignedBase(context, origin);
  const { environment, cwd } = ports;
  const signingToken =
    (await readSecret(ports, '--signing-token-file', flags.signingTokenFile)) ??
    (environment.TWILIO_AUTH_TOKEN || undefined);
  const agent = findAgent(environment, new URL(origin), timeoutMs);
  // The app's output goes to stderr, because stdout is for the results.
  const options = { command: 'smoke', cwd, environment: WITHOUT_TEST_PAIR, json: true };
  const program = command.length > 0 ? await startProgram(command, options) : undefined;
  if (program) ports.onInterrupt(program.stop);
  const app: AppUnderTest = {
    origin,
    publicBase,
    signingToken,
    timeoutMs,
    signal,
    agent,
    waitUntilUp: async () => {
      if (program) {
        const wait = { endedKind: 'fault', timeoutMs, agent, signal } as const;
        await waitForStartedApp(ports, { program, origin, ...wait });
      } else {
        await sendRequest({ method: 'GET', url: new URL('/', origin), timeoutMs, agent, signal });
      }
    },
  };
  return { app, close: async () => program?.stop() };
}

/** What signs the webhooks must be the values themselves. The token of `.env` is not used. */
function verifySignedValues({ loaded, envPath }: CommandContext, { signingTokenFile }: SmokeFlags): void {
  const used = loaded.unresolved.filter(
    ({ name, source }) =>
      name === 'publicUrl' ||
      (name === 'authToken' && source === 'environment' && signingTokenFile === undefined),
  );
  verifyResolved({ unresolved: used }, { command: 'smoke', envPath });
}

function findSignedBase({ loaded: { values } }: CommandContext, origin: string): string {
  if (values.publicUrl === undefined) return origin;
  const base = findOrigin(values.publicUrl);
  if (base !== undefined) return base;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'check the signatures of the app',
    reason: '--public-url takes the http or https origin of the app, without a path or user',
    tryNext: [`--public-url ${USUAL_APP}`],
  });
}
