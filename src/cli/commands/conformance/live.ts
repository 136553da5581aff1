// `conformance --live`: shows plan and price, asks, opens the tunnel, borrows the two numbers, and gives them back.
import { type ConformanceApp, startConformanceApp } from '../../../conformance/app.js';
import { type TwilioBehaviour, usesNumbers } from '../../../conformance/behaviour.js';
import { type Budget, createBudget } from '../../../conformance/live/budget.js';
import { removeTraces } from '../../../conformance/live/clean-up.js';
import { findLiveNumbers } from '../../../conformance/live/numbers.js';
import { describeLivePlan } from '../../../conformance/live/plan.js';
import { readWorstPrices } from '../../../conformance/live/prices.js';
import { selectWithin } from '../../../conformance/live/selection.js';
import { borrowNumbers, createLiveRun } from '../../../conformance/live/side.js';
import { RelayPhoneError } from '../../../errors.js';
import { findAgent } from '../../../http/agent.js';
import { sendRequest } from '../../../http/send.js';
import { NO_CHOICES, type Setup } from '../../../setup/setup.js';
import { formatCommandLine } from '../../../shell-quote.js';
import { acquireLock } from '../../../state/lock.js';
import { superviseTunnel } from '../../../tunnel/supervisor/supervisor.js';
import { type CommandContext, readSecret, waitForLock } from '../../core/command-context.js';
import { openPort } from '../../core/port.js';
import { findPrompts, verifyConfirmed } from '../../core/prompts.js';
import { openSession } from '../../core/session.js';
import { choosePublicBase } from '../tunnel/base.js';
import { createClosing } from '../tunnel/closing.js';
import { type ConformanceFlags, DEFAULT_BUDGET } from './command.js';

/** How long Twilio may take for a text, a call or a webhook. */
const WAIT_MS = 90_000;
const PROOF_TIMEOUT_MS = 10_000;

/** Compares, and reports the results. @returns the exit code */
export type CompareLive = (run: ReturnType<typeof createLiveRun>, budget: Budget) => Promise<number>;

/**
 * Prepares the account after the user's consent, compares, and restores the account however that ends. The report comes
 * first, so that a clean-up that fails or hangs loses nothing of what was recorded.
 *
 * @returns the exit code of `compare`
 * @throws RelayPhoneError without consent, without two usable numbers, prices or a public base.
 */
export async function runLive(
  context: CommandContext,
  flags: ConformanceFlags,
  behaviours: readonly TwilioBehaviour[],
  compare: CompareLive,
): Promise<number> {
  const { ports, screen } = context;
  const authtoken = await readSecret(ports, '--authtoken-file', flags.authtokenFile);
  const prompts = findPrompts(ports, flags.yes);
  const session = await openSession(context, 'live', {
    command: 'conformance',
    prompts,
    choices: { ...NO_CHOICES, yes: flags.yes ?? false },
    keeps: true,
    temporary: true,
  });
  const closing = createClosing(ports);
  closing.add(session.close);
  try {
    const { setup } = session;
    const lock = await acquireLock(context.state.open(), 'setup', waitForLock(context, 'conformance'));
    closing.add(async () => lock.release());
    closing.add(async () => warnOfTraces(context, setup));
    const earlier = await removeTraces(setup);
    for (const text of earlier.removed) screen.done(`an earlier run was cut off: ${text}`);
    for (const text of earlier.left) screen.warn(`an earlier run was cut off: ${text}`);
    const numbers = await findLiveNumbers(setup, flags.number ?? []);
    const [a, b] = numbers;
    const prices = await readWorstPrices(setup, [a.phoneNumber, b.phoneNumber]);
    const budget = createBudget(flags.budget ?? DEFAULT_BUDGET, prices);
    const selection = selectWithin(behaviours, budget);
    const { accountSid } = setup.client;
    const commandFor = (amount: string) => formatCommand(flags, amount);
    screen.planned(describeLivePlan({ accountSid, selection, numbers, budget, commandFor }));
    if (!flags.yes)
      await verifyConfirmed(prompts, 'Run them?', {
        task: 'run the behaviours with the account',
        tryNext: [
          'relay-phone conformance --live --yes, with the same options',
          'relay-phone conformance, without an account',
        ],
      });
    const app = await startConformanceApp(setup.authToken, (listener) =>
      openPort(listener, flags.port, '127.0.0.1', 'conformance'),
    );
    closing.add(app.close);
    let losses = 0;
    if (selection.chosen.some(usesNumbers)) {
      const tunnel = openTunnel(context, flags, { setup, authtoken, app, onLost: () => (losses += 1) });
      closing.add(tunnel.close);
      app.publish(await tunnel.up);
      await borrowNumbers({ setup, numbers, app });
    }
    const run = createLiveRun({
      setup,
      numbers,
      app,
      budget,
      leftOut: selection.reasons,
      newId: ports.newId,
      waitMs: WAIT_MS,
      losses: () => losses,
    });
    return await compare(run, budget);
  } finally {
    await closing.closeAll();
  }
}

/** Restores the numbers and removes what is left; what cannot be removed yet stays in the journal. */
async function warnOfTraces({ screen }: CommandContext, setup: Setup): Promise<void> {
  const { left } = await removeTraces(setup);
  for (const text of left) screen.warn(text);
  if (left.length > 0)
    screen.warn('The account is not quite as it was: relay-phone undo, or the next run, tries again.');
}

/** The command with its options that name something, and another budget. */
function formatCommand(flags: ConformanceFlags, amount: string): string {
  const { accountSid, envFile, stateDir, url, domain, capture, number = [], only = [] } = flags;
  const named: readonly (readonly [option: string, value: string | undefined])[] = [
    ...number.map((one) => ['--number', one] as const),
    ['--budget', amount],
    ...only.map((one) => ['--only', one] as const),
    ['--account-sid', accountSid],
    ['--env-file', envFile],
    ['--state-dir', stateDir],
    ['--url', url],
    ['--port', url === undefined ? undefined : String(flags.port)],
    ['--domain', domain],
    ['--capture', capture],
  ];
  const words = named.flatMap(([option, value]) => (value === undefined ? [] : [option, value]));
  return formatCommandLine(['relay-phone', 'conformance', '--live', ...words]);
}

interface TunnelParts {
  readonly setup: Setup;
  readonly authtoken: string | undefined;
  readonly app: ConformanceApp;
  readonly onLost: () => void;
}

function openTunnel(context: CommandContext, flags: ConformanceFlags, parts: TunnelParts) {
  const { setup, authtoken, app, onLost } = parts;
  const { port, origin } = app;
  const chosen = choosePublicBase({ context, setup, flags, authtoken, port, origin });
  context.screen.line(`The public base is ${chosen.how}.`);
  return superviseTunnel(chosen.open, {
    prove: (base) => proveApp(context, app, base),
    now: context.ports.now,
    onState: ({ kind }) => {
      if (kind === 'lost') onLost();
    },
  });
}

/** @throws RelayPhoneError `needsUser` if something else answers; NoAnswer if nothing does */
async function proveApp({ ports }: CommandContext, app: ConformanceApp, publicBase: string): Promise<void> {
  const { path, answer } = app.proof();
  const url = new URL(path, publicBase);
  const { status, body } = await sendRequest({
    method: 'GET',
    url,
    headers: { 'ngrok-skip-browser-warning': '1', Accept: 'text/plain' },
    timeoutMs: PROOF_TIMEOUT_MS,
    agent: findAgent(ports.environment, url),
  });
  if (status === 200 && body === answer) return;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `reach this machine under ${publicBase}`,
    reason: `something else answers there (HTTP ${status})`,
    tryNext: [`point that tunnel at port ${app.port} (--port)`, 'leave out --url, to use ngrok'],
  });
}
