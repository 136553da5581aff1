// The app that smoke checks: one that is running, or one that smoke starts.
import { SID_NAME, TOKEN_NAME } from '../../../checks/smoke/account/credentials.js';
import type { AppUnderTest } from '../../../checks/smoke/app/app-under-test.js';
import { RelayPhoneError } from '../../../errors.js';
import { findProxyAgent } from '../../../http/proxy.js';
import { sendRequest } from '../../../http/send.js';
import { startProgram } from '../../../programs/start.js';
import { USUAL_APP, waitForStartedApp } from '../../core/app.js';
import { type CommandContext, readSecret } from '../../core/command-context.js';
import { APP_ORIGIN, findOrigin } from '../../core/values.js';
import type { SmokeFlags } from './command.js';

/** The opened app. */
export interface OpenedApp {
  readonly app: AppUnderTest;
  /** Ends the app if smoke started it. */
  close(): Promise<void>;
}

/** With test credentials in its environment Relay would buy masks from the test account. */
const WITHOUT_TEST_PAIR = { [SID_NAME]: '', [TOKEN_NAME]: '' };

/**
 * Opens the app, and starts it if the flags have a program.
 *
 * @throws RelayPhoneError `usage` for a malformed public URL, an unusable token file, or a program that does not exist.
 */
export async function openSmokeApp(
  context: CommandContext,
  flags: SmokeFlags,
  { timeout, signal }: Pick<AppUnderTest, 'timeout' | 'signal'>,
): Promise<OpenedApp> {
  const { ports } = context;
  const { command } = flags;
  const origin = flags.app ?? USUAL_APP;
  const publicBase = findSignedBase(context, origin);
  const { environment, cwd } = ports;
  const signingToken =
    (await readSecret(ports, '--signing-token-file', flags.signingTokenFile)) ??
    (environment.TWILIO_AUTH_TOKEN || undefined);
  const agent = origin.startsWith('https:')
    ? await findProxyAgent(environment, new URL(origin).hostname, timeout)
    : undefined;
  // The app's output goes to stderr, because stdout is for the results.
  const options = { command: 'smoke', cwd, environment: WITHOUT_TEST_PAIR, json: true };
  const program = command.length > 0 ? await startProgram(command, options) : undefined;
  if (program) ports.onInterrupt(program.stop);
  const app: AppUnderTest = {
    origin,
    publicBase,
    signingToken,
    timeout,
    signal,
    agent,
    verifyUp: async () => {
      if (program) {
        const wait = { endedKind: 'fault', timeoutMs: timeout, agent, signal } as const;
        await waitForStartedApp(ports, { program, origin, ...wait });
      } else {
        await sendRequest({ method: 'GET', url: new URL('/', origin), timeout, agent, signal });
      }
    },
  };
  return { app, close: async () => program?.stop() };
}

function findSignedBase({ loaded: { values } }: CommandContext, origin: string): string {
  if (values.publicUrl === undefined) return origin;
  const base = findOrigin(values.publicUrl);
  if (base !== undefined) return base;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'check the signatures of the app',
    reason: `--public-url takes ${APP_ORIGIN}`,
    tryNext: [`--public-url ${USUAL_APP}`],
  });
}
