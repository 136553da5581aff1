// Opens the context of the smoke checks: the test account, the app, and the sandbox and relay of the story.
import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEST_SID_VARIABLE, TEST_TOKEN_VARIABLE } from '../../../checks/smoke/account/credentials.js';
import { createTestAccount } from '../../../checks/smoke/account/test-account.js';

import type { AppUnderTest, SmokeContext } from '../../../checks/smoke/smoke-context.js';
import { findSystemCode, RelayPhoneError } from '../../../errors.js';
import { findAgent } from '../../../http/agent.js';
import { sendRequest } from '../../../http/send.js';
import { findNameFault } from '../../../public-host.js';
import { verifyResolved } from '../../../settings/unresolved.js';
import { required } from '../../../setup/setup.js';
import { createTwilioClient } from '../../../twilio/client.js';
import { waitForStartedApp } from '../../core/app.js';
import { findOwnOrigin, USUAL_APP } from '../../core/app-origin.js';
import { type CommandContext, readSecret } from '../../core/command-context.js';
import { offerToStopLeftovers, startRecordedProgram } from '../../core/started-programs.js';
import { findOrigin } from '../../core/values.js';
import { findAppSandbox } from './app-sandbox.js';
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
    ? await openSmokeApp(context, flags, access).catch(async (error: unknown) => {
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
  const origin = flags.app ?? findOwnOrigin(context);
  verifySignedValues(context, flags);
  const publicBase = findSignedBase(context, origin);
  const { environment, cwd } = ports;
  const signingToken =
    (await readSecret(ports, '--signing-token-file', flags.signingTokenFile)) ??
    (environment.TWILIO_AUTH_TOKEN || undefined);
  const agent = findAgent(environment, new URL(origin), timeoutMs);
  // The app's output goes to stderr, because stdout is for the results.
  const hasTerminal = ports.hasKeyboard();
  const options = { command: 'smoke', cwd, environment: WITHOUT_TEST_PAIR, json: true, hasTerminal };
  const sandbox = await findAppSandbox(context);
  if (command.length > 0) await offerToStopLeftovers(context);
  const program =
    command.length > 0 ? await startRecordedProgram(context, command, options, origin) : undefined;
  if (program) ports.onInterrupt(program.stop);
  const app: AppUnderTest = {
    origin,
    publicBase,
    signingToken,
    sandbox,
    needsSandbox: flags.strict ?? false,
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
  const fault = base && findNameFault(new URL(base).hostname);
  if (base !== undefined && fault === undefined) return base;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'check the signatures of the app',
    reason: fault
      ? `${base} ${fault}`
      : '--public-url takes the http or https origin of the app, without a path or user',
    tryNext: [`--public-url ${USUAL_APP}`],
  });
}
