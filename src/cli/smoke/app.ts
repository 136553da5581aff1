// The app that smoke tries: one that is there already, or one that it starts.
import { SID_NAME, TOKEN_NAME } from '../../checks/smoke/account/credentials.js';
import type { AppUnderTest } from '../../checks/smoke/app/app-under-test.js';
import { findProxyAgent } from '../../http/proxy.js';
import { send } from '../../http/send.js';
import { startProgram } from '../../programs/start.js';
import { readOrigin, USUAL_APP } from '../app/origin.js';
import { waitForStartedApp } from '../app/wait-started.js';
import type { Context } from '../context.js';
import type { SmokeFlags } from '../flags.js';
import { type Ground, readSecret } from '../ground.js';

/** An app, and how to leave it. */
export interface OpenApp {
  readonly app: AppUnderTest;
  /** Ends it if it was started. */
  close(): Promise<void>;
}

/** With the test credentials in its environment, Relay would buy its masks from the test account. */
const WITHOUT_TEST_PAIR = { [SID_NAME]: '', [TOKEN_NAME]: '' };

/** How it is opened. */
export interface AppOptions extends Pick<AppUnderTest, 'timeout' | 'signal'> {
  /** What starts it; empty for one that is there. */
  readonly command: readonly string[];
}

/** Starts it where there is a command. @throws RelayPhoneError `usage` for a flag or a command that makes no sense */
export async function openApp(
  context: Context,
  ground: Ground,
  flags: SmokeFlags,
  { command, timeout, signal }: AppOptions,
): Promise<OpenApp> {
  const origin = readOrigin(flags.app ?? USUAL_APP);
  const publicBase = findSignedBase(ground, origin);
  const { environment, cwd } = context;
  const signingToken =
    (await readSecret(context, '--signing-token-file', flags.signingTokenFile)) ??
    (environment.TWILIO_AUTH_TOKEN || undefined);
  const agent = origin.startsWith('https:')
    ? await findProxyAgent(environment, new URL(origin).hostname, timeout)
    : undefined;
  // What it prints goes to stderr: stdout is for what was found.
  const options = { command: 'smoke', cwd, environment: WITHOUT_TEST_PAIR, json: true };
  const program = command.length > 0 ? await startProgram(command, options) : undefined;
  if (program) context.onInterrupt(program.stop);
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
        await waitForStartedApp(context, { program, origin, ...wait });
      } else {
        await send({ method: 'GET', url: new URL('/', origin), timeout, agent, signal });
      }
    },
  };
  return { app, close: async () => program?.stop() };
}

function findSignedBase({ loaded: { values } }: Ground, origin: string): string {
  return values.publicUrl === undefined ? origin : readOrigin(values.publicUrl, '--public-url');
}
