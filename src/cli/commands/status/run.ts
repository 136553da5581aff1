// `relay-phone status`: shows what is set up, where, and what it costs.
import { ExitCode, RelayPhoneError } from '../../../errors.js';
import { findRunningSandbox } from '../../../sandbox/instance/address.js';
import { describeUnreadableLines, JOURNAL, readJournal } from '../../../setup/journal.js';
import { formatPrice } from '../../../setup/price.js';
import type { StatusReport } from '../../../setup/report.js';
import { NO_CHOICES } from '../../../setup/setup.js';
import { createStatusReport } from '../../../setup/status.js';
import type { StateFolder } from '../../../state/folder.js';
import { type CommandContext, findTargetKind, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import type { Screen } from '../../core/screen.js';
import { openSession } from '../../core/session.js';
import type { StatusFlags } from './command.js';

/** Shows what is set up. */
export async function run(ports: CliPorts, flags: StatusFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const folder = context.state.find();
  const sandbox = folder ? await findSandbox(folder) : {};
  const kind = findTargetKind(context);
  // A sandbox that was never used has nothing to show, and status must not create one.
  const session =
    kind && (kind === 'live' || folder)
      ? await openSession(context, kind, {
          command: 'status',
          prompts: undefined,
          choices: NO_CHOICES,
          keeps: false,
        })
      : undefined;
  try {
    const { loaded, envPath, envFile } = context;
    const journal = folder?.file(JOURNAL);
    const unreadableLines = journal ? readJournal(journal).unreadableLines : 0;
    // The session warns of it too.
    const unreadable = session || !journal ? undefined : describeUnreadableLines(journal, unreadableLines);
    const report = await createStatusReport(session?.setup, {
      loaded,
      envPath,
      envFile,
      sandboxOrigin: sandbox.origin,
      unreadableLines,
      warnings: [sandbox.fault?.message, unreadable].filter((warning) => warning !== undefined),
    });
    show(context, report);
    return ExitCode.done;
  } finally {
    await session?.close();
  }
}

/** A sandbox that does not answer may be running, or not. */
async function findSandbox(
  folder: StateFolder,
): Promise<{ readonly origin?: string | undefined; readonly fault?: RelayPhoneError }> {
  try {
    return { origin: await findRunningSandbox(folder) };
  } catch (error) {
    if (error instanceof RelayPhoneError) return { fault: error };
    throw error;
  }
}

function show({ screen }: CommandContext, report: StatusReport): void {
  if (!report.target) screen.line('Nothing is set up yet.');
  showAccount(screen, report);
  const { masks, envFile, text, sandbox } = report;
  for (const { phoneNumber } of masks) screen.line(`mask         ${phoneNumber}`);
  screen.line(`env file     ${envFile.path}${envFile.exists ? '' : ' (does not exist)'}`);
  if (envFile.exists && envFile.missing.length > 0) screen.warn(`not set: ${envFile.missing.join(', ')}`);
  if (text) screen.line(`last text    ${text.status} to ${text.to} (${text.at})`);
  if (report.target === 'sandbox') {
    screen.line(
      `sandbox      ${sandbox.running ? `running at ${sandbox.origin}` : 'not running (relay-phone sandbox)'}`,
    );
  }
  for (const line of describeCosts(report)) screen.line(line);
  if (report.openChanges > 0) screen.line(`undo         would undo ${report.openChanges} changes`);
  for (const warning of report.warnings) screen.warn(warning);
  for (const next of report.next) screen.line(`Next: ${next}`);
  screen.document(report);
}

function showAccount(screen: Screen, { target, account, mainNumber, app }: StatusReport): void {
  if (account) {
    const balance = account.balance ? `, balance ${account.balance.amount} ${account.balance.currency}` : '';
    screen.line(
      `account      ${account.friendlyName} (${account.sid}), ${target}, ${account.status}${balance}`,
    );
  }
  if (mainNumber) {
    screen.line(
      `main number  ${mainNumber.phoneNumber}${mainNumber.owned ? '' : ' (the account does not own it)'}`,
    );
  }
  if (app)
    screen.line(
      `TwiML app    ${app.exists ? `${app.friendlyName} (${app.sid})` : `${app.sid} (does not exist)`}`,
    );
  if (app?.webhooks) screen.line(`             texts to ${app.webhooks.smsUrl || '(nowhere)'}`);
  if (app?.webhooks) screen.line(`             calls to ${app.webhooks.voiceUrl || '(nowhere)'}`);
}

/** Says what all numbers of the account cost, and how many of them are not ours. */
function describeCosts({ numbers, monthlyCost }: StatusReport): string[] {
  if (!numbers || numbers.count === 0) return [];
  const { count, notOurs, unpriced } = numbers;
  const cost = monthlyCost ? `${formatPrice(monthlyCost)} a month` : 'unknown';
  const rest = [
    count === 1 ? '1 number' : `${count} numbers`,
    ...(unpriced > 0 && monthlyCost ? [`${unpriced} of unknown price`] : []),
    ...(notOurs > 0 ? [`${notOurs} not ours: relay-phone numbers lists them`] : []),
  ];
  return [`costs        ${cost} for ${rest.join(', ')}`];
}
