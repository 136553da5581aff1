// `relay-phone checkout prepare`: migrates the database of a Relay checkout and creates a user with phones in it.
import { readLines } from '../../../../control-characters.js';
import { ExitCode } from '../../../../errors.js';
import { chooseEmail } from '../../../../firefox-relay/api-token.js';
import {
  type ExtraFlag,
  type PreparableCheckout,
  type PreparedCheckout,
  prepareCheckout,
  verifyPreparable,
  verifyTrusted,
} from '../../../../firefox-relay/prepare.js';
import type { CheckoutPrepareReport } from '../../../../firefox-relay/report.js';
import { NEEDED_FLAGS, readCheckoutScript } from '../../../../firefox-relay/script.js';
import type { CommandContext } from '../../../core/command-context.js';
import { createLines, showNext } from '../../../core/next-lines.js';
import { listStepsAfterPrepare } from '../../../core/next-steps.js';
import type { CliPorts } from '../../../core/ports.js';
import { findPrompts, verifyConfirmed } from '../../../core/prompts.js';
import { isSandboxAccount } from '../../../core/sandbox-account.js';
import type { Screen } from '../../../core/screen.js';
import { openCheckout } from '../open.js';
import type { CheckoutPrepareFlags } from './command.js';

/** Says what the script does, asks for consent unless `--yes` gives it, and runs the script. */
export async function run(ports: CliPorts, flags: CheckoutPrepareFlags): Promise<number> {
  const { context, work, trust } = await openCheckout(ports, flags, 'checkout prepare');
  const { screen, state } = context;
  const preparable = await verifyPreparable(work);
  const extra = listExtra(flags);
  const email = chooseEmail(preparable);
  for (const line of summarize(preparable, extra, email)) screen.line(line);
  const showWhole = () => showScript(screen);
  if (flags.showScript) showWhole();
  if (flags.yes) await verifyTrusted(preparable);
  else {
    const tryNext = [
      'relay-phone checkout prepare --yes --trust-checkout, if you trust this checkout',
      'relay-phone checkout prepare --show-script, to see all that it would run',
    ];
    const consent = { task: 'prepare the checkout', tryNext, ...(!flags.showScript && { show: showWhole }) };
    await verifyConfirmed(findPrompts(ports), 'Run it?', consent);
    trust.remember(work.checkout, preparable.python);
  }
  const waiting = screen.progress('preparing the checkout');
  const prepared = await prepareCheckout(preparable, extra, state.open).finally(waiting.end);
  show(context, work.checkout.path, prepared);
  return ExitCode.done;
}

/** What the script does, in five lines. */
function summarize(
  { python, checkout }: PreparableCheckout,
  extra: readonly ExtraFlag[],
  email: string,
): string[] {
  const flags = [...NEEDED_FLAGS, ...extra].join(', ');
  return [
    `${python.path} will run a script of relay-phone in ${checkout.path}, with your rights:`,
    '  1. migrate the database, which must be a local SQLite file',
    `  2. switch on the flags ${flags} for everyone`,
    `  3. create the user ${email} with a local Mozilla account, unless there is one`,
    '  4. create a token for the API of Relay, or read the one that is there',
  ];
}

function showScript(screen: Screen): void {
  screen.line('');
  for (const line of readLines(readCheckoutScript())) screen.line(line === '' ? '' : `    ${line}`);
  screen.line('');
}

function listExtra({ multiReplies, outboundPhone }: CheckoutPrepareFlags): ExtraFlag[] {
  return [
    ...(multiReplies ? ['multi_replies' as const] : []),
    ...(outboundPhone ? ['outbound_phone' as const] : []),
  ];
}

function show(context: CommandContext, checkout: string, prepared: PreparedCheckout): void {
  const { screen, loaded, state } = context;
  const { email, changes, python } = prepared;
  for (const change of changes) screen.done(change);
  if (changes.length === 0) screen.line('Everything was there already; nothing was changed.');
  screen.line(`The user with phones is ${email}.`);
  const target = isSandboxAccount(state, loaded.values.accountSid ?? '') ? 'sandbox' : 'live';
  const lines = createLines(context, { target, pythonPath: python });
  const next = listStepsAfterPrepare(lines, target, changes.length > 0);
  showNext(screen, next);
  const { database, flags } = prepared;
  const report: CheckoutPrepareReport = {
    command: 'checkout prepare',
    checkout,
    python,
    database,
    email,
    flags: [...flags],
    changes: [...changes],
    next: next.map(({ line }) => line),
  };
  screen.document(report);
}
