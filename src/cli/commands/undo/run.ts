// `relay-phone undo`: undoes every change that was made to the account and to files.
import { join } from 'node:path';
import { ExitCode } from '../../../errors.js';
import { describeUnreadableLines, JOURNAL, readJournal } from '../../../setup/journal.js';
import { formatMonthlyPrice } from '../../../setup/price.js';
import { isInProject } from '../../../setup/project.js';
import { listUnknownNumbers, type PricedNumber } from '../../../setup/purchase.js';
import type { UndoReport } from '../../../setup/report.js';
import {
  listPerhapsUndoable,
  listUndoable,
  reconcileInterrupted,
  type UndoResult,
  undoChanges,
} from '../../../setup/run.js';
import {
  type Choices,
  NO_CHOICES,
  type Setup,
  type SetupStep,
  type UndoableStep,
} from '../../../setup/setup.js';
import { createBrowserSessionStep } from '../../../setup/steps/browser-session.js';
import { UNDOABLE_STEPS } from '../../../setup/steps.js';
import { acquireLock } from '../../../state/lock.js';
import { createCheckoutTrust } from '../../core/checkout-trust.js';
import {
  type CommandContext,
  findTargetKind,
  openCommandContext,
  waitForLock,
} from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { findPrompts, verifyConfirmed } from '../../core/prompts.js';
import { openSession } from '../../core/session.js';
import type { UndoFlags } from './command.js';
import { type Removal, removeAll } from './remove-all.js';

/** The parts of the error without consent. */
const notAgreed = ({ all }: UndoFlags) => ({
  task: 'undo the changes',
  tryNext: [
    `relay-phone undo${all ? ' --all' : ''} --yes`,
    `relay-phone undo${all ? ' --all' : ''} --dry-run, to see what it would do`,
  ],
});

/**
 * Undoes every change. A value that somebody changed since stays, and is listed. Exit code 6 if the journal is damaged,
 * 3 if `--all` could not remove the state folder.
 */
export async function run(ports: CliPorts, flags: UndoFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const undone = await undo(context, flags);
  const removal = flags.all ? await removeAfterUndo(context, flags) : null;
  return show(context, flags, undone, removal);
}

async function undo(context: CommandContext, flags: UndoFlags): Promise<Undone> {
  const folder = context.state.find();
  if (!folder) return {};
  const path = folder.file(JOURNAL);
  const { unreadableLines, changes } = readJournal(path);
  const unreadable = describeUnreadableLines(path, unreadableLines);
  if (unreadable !== undefined) context.screen.warn(unreadable);
  // After everything was undone, the readable lines still tell which account to look at.
  const kind = findTargetKind(context) ?? (unreadableLines > 0 ? changes.at(-1)?.target : undefined);
  if (!kind) {
    if (unreadableLines > 0)
      context.screen.warn(
        'to see the numbers of the account, name it: --sandbox, or --live --account-sid SID',
      );
    return { unreadableLines };
  }
  const lock = await acquireLock(folder, 'setup', waitForLock(context, 'undo'));
  try {
    const prompts = findPrompts(context.ports, flags.yes);
    const choices = readChoices(flags);
    const session = await openSession(context, kind, { command: 'undo', prompts, choices, keeps: true });
    try {
      const { setup } = session;
      const results = await undoAll(setup, [...UNDOABLE_STEPS, createSessionStep(context, flags)], flags);
      const isListed = unreadableLines > 0 || flags.releaseNumber;
      const unknownNumbers = isListed ? await listUnknownNumbers(setup) : [];
      return { results, unreadableLines, unknownNumbers, target: setup.target, warnings: setup.warnings };
    } finally {
      await session.close();
    }
  } finally {
    lock.release();
  }
}

/** Removes what is left on this machine, after a question; in a dry run, shows what it would remove. */
async function removeAfterUndo(context: CommandContext, flags: UndoFlags): Promise<Removal> {
  const { ports, state, screen } = context;
  const { path } = state;
  if (flags.dryRun) {
    if (state.find()) screen.planned([`remove ${path}, and the records about this project`]);
    return { removed: [], stays: [] };
  }
  if (state.find() && !flags.yes)
    await verifyConfirmed(findPrompts(ports), `Remove ${path}, with all that was recorded in it?`, {
      task: `remove ${path}`,
      hasChanged: true,
      tryNext: ['relay-phone undo --all --yes'],
    });
  const removal = removeAll(context);
  for (const one of removal.removed) screen.done(`removed ${one}`);
  for (const why of removal.stays) screen.warn(`${path} stays: ${why}`);
  return removal;
}

/** Undoes the changes after a question; in a dry run, returns what it would undo. */
async function undoAll(
  setup: Setup,
  steps: readonly UndoableStep[],
  flags: UndoFlags,
): Promise<UndoResult[]> {
  if (flags.dryRun) return planUndo(setup);
  // A run that was killed may have left nothing but a change that it only intended.
  for (const step of steps) await reconcileInterrupted(setup, step);
  const changes = listUndoable(setup);
  if (changes.length === 0) return [];
  const question = `Undo ${changes.length === 1 ? '1 change' : `${changes.length} changes`}?`;
  if (!setup.choices.yes) await verifyConfirmed(setup.prompts, question, notAgreed(flags));
  const choices = { ...setup.choices, release: setup.choices.release || (await agreesToRelease(setup)) };
  return undoChanges({ ...setup, choices }, steps);
}

/** The step that ends the sessions of `checkout login`, in a checkout of this project, with the Python it was run with. */
function createSessionStep(context: CommandContext, flags: UndoFlags): SetupStep<string> {
  const { ports, readEnv, envPath, checkout, state } = context;
  const { environment } = ports;
  const places = { environment, envPath, checkout, backups: join(state.path, 'backups') };
  const ending = new AbortController();
  return createBrowserSessionStep(async ({ id, data }) => {
    if (!isInProject(places, join(data.checkout, 'manage.py')))
      return {
        undone: false,
        text: `the session of ${data.email} stays: ${data.checkout} is outside of the project`,
      };
    // Loaded here, because few journals have one.
    const { endSession } = await import('../../../firefox-relay/login.js');
    const { findDistrust } = createCheckoutTrust(ports, flags, 'undo');
    ports.onInterrupt(async () => ending.abort());
    return endSession({ id, ...data }, { environment, readEnv, findDistrust, signal: ending.signal });
  });
}

/** A dry run does not ask Twilio, so what an interrupted run intended may or may not be there. */
function planUndo(setup: Setup): UndoResult[] {
  return listPerhapsUndoable(setup).map(({ id, state, data }) => {
    const notes = [
      ...(state === 'intended' ? ['may have been done: undo finds out'] : []),
      ...(data.kind === 'number-bought' ? ['only with --release-number'] : []),
    ];
    const what = data.kind === 'number-bought' ? data.phoneNumber : data.kind;
    const text = notes.length > 0 ? `${what} (${notes.join('; ')})` : what;
    setup.output.planned([text]);
    return { id, kind: data.kind, undone: false, text };
  });
}

function readChoices({ yes = false, dryRun = false, releaseNumber: release = false }: UndoFlags): Choices {
  return { ...NO_CHOICES, yes, dryRun, release };
}

/** Releasing a number cannot be undone: it gets a question of its own. */
async function agreesToRelease(setup: Setup): Promise<boolean> {
  const numbers = listUndoable(setup).flatMap(({ data }) =>
    data.kind === 'number-bought' ? [data.phoneNumber] : [],
  );
  if (numbers.length === 0 || !setup.prompts) return false;
  return setup.prompts.confirm(`Also release ${numbers.join(', ')} for good?`);
}

/** What the app does not read at its start. */
const LEAVES_APP_ALONE: readonly UndoResult['kind'][] = [
  'text-sent',
  'session-started',
  'trial-created',
  'opt-out-risked',
];

/** What an undo did and found. */
interface Undone {
  readonly results?: readonly UndoResult[];
  readonly unreadableLines?: number;
  readonly unknownNumbers?: readonly PricedNumber[];
  readonly target?: Setup['target'];
  readonly warnings?: readonly string[];
}

function show(
  { screen }: CommandContext,
  { dryRun = false }: UndoFlags,
  { results = [], unreadableLines = 0, unknownNumbers = [], target, warnings = [] }: Undone,
  removal: Removal | null,
): number {
  if (results.length === 0 && !removal?.removed.length) screen.line('There is nothing to undo.');
  const why =
    unreadableLines > 0
      ? 'the journal does not know it'
      : 'relay-phone did not buy it; relay-phone numbers says what it is for';
  for (const { phoneNumber, monthly } of unknownNumbers)
    screen.warn(`${phoneNumber}${formatMonthlyPrice(monthly)} stays: ${why}`);
  if (!dryRun && results.some(({ kind, undone }) => undone && !LEAVES_APP_ALONE.includes(kind))) {
    screen.line('Restart the app if it is running: it reads .env and the TwiML app only once.');
  }
  const report: UndoReport = {
    command: 'undo',
    target: results.length > 0 || unknownNumbers.length > 0 ? (target ?? null) : null,
    dryRun,
    results: [...results],
    unreadableLines,
    unknownNumbers: unknownNumbers.map(({ phoneNumber, monthly = null }) => ({ phoneNumber, monthly })),
    removal: removal && { removed: [...removal.removed], stays: [...removal.stays] },
    warnings: [...warnings],
  };
  screen.document(report);
  if (unreadableLines > 0) return ExitCode.fault;
  return removal && removal.stays.length > 0 ? ExitCode.needsUser : ExitCode.done;
}
