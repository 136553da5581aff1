// Opens the app that smoke checks, and starts it if a program was given.
import { TEST_SID_VARIABLE, TEST_TOKEN_VARIABLE } from '../../../checks/smoke/account/credentials.js';
import type { AppUnderTest } from '../../../checks/smoke/smoke-context.js';
import { RelayPhoneError } from '../../../errors.js';
import { findAgent } from '../../../http/agent.js';
import { sendRequest } from '../../../http/send.js';
import { findNameFault } from '../../../public-host.js';
import { verifyResolved } from '../../../settings/unresolved.js';
import { waitForStartedApp } from '../../core/app.js';
import { findOwnOrigin, USUAL_APP } from '../../core/app-origin.js';
import { type CommandContext, readSecret } from '../../core/command-context.js';
import { offerToStopLeftovers, startRecordedProgram } from '../../core/started-programs.js';
import { findOrigin } from '../../core/values.js';
import { findAppSandbox } from './app-sandbox.js';
import type { SmokeFlags } from './command.js';

/** With test credentials in its environment Relay would buy masks from the test account. */
const WITHOUT_TEST_PAIR = { [TEST_SID_VARIABLE]: '', [TEST_TOKEN_VARIABLE]: '' };

/** The opened app. */
export interface OpenedApp {
  readonly app: AppUnderTest;
  /** Ends the app if smoke started it. */
  close(): Promise<void>;
}

/**
 * Opens the app, and starts it if the flags have a program.
 *
 * @throws RelayPhoneError `usage` for a malformed public URL, an unusable token file, or a program that does not exist.
 */
export async function openSmokeApp(
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
