// `relay-phone numbers release`: releases one number for good, after it has shown what the number is for.
import { ExitCode, RelayPhoneError } from '../../../../errors.js';
import {
  describeNumbers,
  findServices,
  type ListedNumber,
  listAccountNumbers,
} from '../../../../setup/numbers.js';
import { findReleaseTime, releaseNumber, releaseRecovery } from '../../../../setup/release.js';
import type { NumberReport, NumbersReleaseReport } from '../../../../setup/report.js';
import { reconcileInterrupted } from '../../../../setup/run.js';
import { NO_CHOICES, required, type Setup } from '../../../../setup/setup.js';
import { acquireLock } from '../../../../state/lock.js';
import {
  type CommandContext,
  findTargetKind,
  openCommandContext,
  waitForLock,
} from '../../../core/command-context.js';
import type { CliPorts } from '../../../core/ports.js';
import { findPrompts, verifyConfirmed } from '../../../core/prompts.js';
import { createRedactor, type Redactor } from '../../../core/redact.js';
import { openSession } from '../../../core/session.js';
import { findServeMasks, type ServeMasks } from '../masks.js';
import { describeConnections, describeNumber } from '../number-lines.js';
import type { NumbersReleaseFlags } from './command.js';

/** Releases the number. Without consent, and for the main number without `--even-main`, it stays. */
export async function run(ports: CliPorts, flags: NumbersReleaseFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const kind = findTargetKind(context) ?? 'live';
  const lock = await acquireLock(context.state.open(), 'setup', waitForLock(context, 'numbers release'));
  try {
    const prompts = findPrompts(ports, flags.yes);
    const choices = { ...NO_CHOICES, yes: flags.yes ?? false };
    const session = await openSession(context, kind, {
      command: `numbers release ${flags.number}`,
      prompts,
      choices,
      keeps: true,
    });
    try {
      const { setup } = session;
      const { number, outcome } = await release(context, setup, flags);
      const redactor = createRedactor(flags.showNumbers ?? false);
      const report: NumbersReleaseReport = redactor.document({
        command: 'numbers release',
        target: setup.target,
        outcome,
        number,
        warnings: [...setup.warnings],
      });
      for (const warning of report.warnings) context.screen.warn(warning);
      context.screen.document(report);
      return ExitCode.done;
    } finally {
      await session.close();
    }
  } finally {
    lock.release();
  }
}

async function release(
  context: CommandContext,
  setup: Setup,
  flags: NumbersReleaseFlags,
): Promise<Pick<NumbersReleaseReport, 'number' | 'outcome'>> {
  const { screen } = context;
  await reconcileInterrupted(setup, releaseRecovery);
  const listed = (await listAccountNumbers(setup)).find((one) => one.phoneNumber === flags.number);
  if (!listed) {
    screen.done(describeGone(setup, flags.number));
    return { number: null, outcome: 'gone' };
  }
  const masks = await findServeMasks(context, setup.warnings);
  const number = await describeFully(setup, listed, masks);
  show(context, number, masks, createRedactor(flags.showNumbers ?? false));
  if (number.use === 'main' && !flags.evenMain) throw isMain(flags.number);
  if (!flags.yes) await agree(setup, flags);
  const outcome = await releaseNumber(setup, listed);
  screen.done(
    outcome === 'released' ? `released ${flags.number}` : `${flags.number} is no longer in the account`,
  );
  if (number.use === 'main') {
    setup.warnings.push(
      `${context.envPath} may still name ${flags.number} as TWILIO_MAIN_NUMBER: relay-phone init replaces it.`,
    );
  }
  return { number, outcome };
}

/** What depends on it must be known before it is released: here a Messaging Service that cannot be listed is an error. */
async function describeFully(setup: Setup, listed: ListedNumber, masks: ServeMasks): Promise<NumberReport> {
  const services = await findServices(setup);
  return required((await describeNumbers(setup, [listed], masks.owners, services))[0]);
}

function show(
  { screen }: CommandContext,
  number: NumberReport,
  { owners, serve }: ServeMasks,
  redactor: Redactor,
): void {
  const full = number.phoneNumber;
  screen.planned([
    // The question is about this number: it is shown in full.
    `release ${full}${redactor.text(describeNumber(number).slice(full.length))}`,
    ...describeConnections(number).map(redactor.text),
  ]);
  if (serve !== undefined && owners.has(full))
    screen.warn(`relay-phone serve runs at ${serve}, and relays its texts and calls`);
}

async function agree(setup: Setup, { number, evenMain }: NumbersReleaseFlags): Promise<void> {
  const command = `relay-phone numbers release ${number}${evenMain ? ' --even-main' : ''}`;
  await verifyConfirmed(setup.prompts, `Release ${number} for good? Twilio may sell it to somebody else.`, {
    task: `release ${number}`,
    tryNext: [`${command} --yes`],
  });
}

/** @throws RelayPhoneError `usage` if the account never had the number, as far as the journal knows */
function describeGone(setup: Setup, number: string): string {
  const at = findReleaseTime(setup, number);
  if (at !== undefined) return `${number} was released before (${at}); nothing was done`;
  throw new RelayPhoneError({
    kind: 'usage',
    task: `release ${number}`,
    reason: `the account ${setup.client.accountSid} does not own it`,
    tryNext: ['relay-phone numbers --show-numbers, to list its numbers'],
  });
}

function isMain(number: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `release ${number}`,
    reason: 'it is the main number, from which the app sends its own texts; nothing was done',
    tryNext: [
      `relay-phone numbers release ${number} --even-main`,
      'relay-phone undo --release-number, to take back the whole set-up',
    ],
  });
}
