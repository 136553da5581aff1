// The app that smoke tries: one that is there already, or one that it starts.
import { SID_NAME, TOKEN_NAME } from '../../../checks/smoke/account/credentials.js';
import type { AppUnderTest } from '../../../checks/smoke/app/app-under-test.js';
import { RelayPhoneError } from '../../../errors.js';
import { findProxyAgent } from '../../../http/proxy.js';
import { sendRequest } from '../../../http/send.js';
import { startProgram } from '../../../programs/start.js';
import { USUAL_APP } from '../../core/app.js';
import { type CommandContext, readSecret } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { waitForStartedApp } from '../../core/started-app.js';
import { APP_ORIGIN, findAppOrigin } from '../../core/values.js';
import type { SmokeFlags } from './command.js';

/** An app, and how to leave it. */
export interface OpenApp {
  readonly app: AppUnderTest;
  /** Ends it if it was started. */
  close(): Promise<void>;
}

/** With the test credentials in its environment, Relay would buy its masks from the test account. */
const WITHOUT_TEST_PAIR = { [SID_NAME]: '', [TOKEN_NAME]: '' };

/** How it is opened. */
export interface SmokeAppOptions extends Pick<AppUnderTest, 'timeout' | 'signal'> {
  /** What starts it; empty for one that is there. */
  readonly command: readonly string[];
}

/** Starts it where there is a command. @throws RelayPhoneError `usage` for a flag or a command that makes no sense */
export async function openSmokeApp(
  ports: CliPorts,
  context: CommandContext,
  flags: SmokeFlags,
  { command, timeout, signal }: SmokeAppOptions,
): Promise<OpenApp> {
  const origin = flags.app ?? USUAL_APP;
  const publicBase = findSignedBase(context, origin);
  const { environment, cwd } = ports;
  const signingToken =
    (await readSecret(ports, '--signing-token-file', flags.signingTokenFile)) ??
    (environment.TWILIO_AUTH_TOKEN || undefined);
  const agent = origin.startsWith('https:')
    ? await findProxyAgent(environment, new URL(origin).hostname, timeout)
    : undefined;
  // What it prints goes to stderr: stdout is for what was found.
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
  const base = findAppOrigin(values.publicUrl);
  if (base !== undefined) return base;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'check the signatures of the app',
    reason: `--public-url takes ${APP_ORIGIN}`,
    tryNext: [`--public-url ${USUAL_APP}`],
  });
}
