// `relay-phone undo`: undoes every change that was made to the account and to files.
import { ExitCode } from '../../../errors.js';
import type { UndoReport } from '../../../setup/report.js';
import { listUndoable, undoChanges } from '../../../setup/run.js';
import { type Choices, NO_CHOICES, type Setup } from '../../../setup/setup.js';
import { UNDOABLE_STEPS } from '../../../setup/steps.js';
import { acquireLock } from '../../../state/lock.js';
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

const NOT_AGREED = {
  task: 'undo the changes',
  tryNext: ['relay-phone undo --yes', 'relay-phone undo --dry-run, to see what it would do'],
};

/** Undoes every change. A value that somebody changed since stays, and is listed. */
export async function run(ports: CliPorts, flags: UndoFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const folder = context.state.find();
  const kind = findTargetKind(context);
  if (!folder || !kind) return showNothing(context, flags);
  const lock = await acquireLock(folder, 'setup', waitForLock(context, 'undo'));
  try {
    const prompts = findPrompts(ports, flags.yes);
    const choices = readChoices(flags);
    const session = await openSession(context, kind, { command: 'undo', prompts, choices, keeps: true });
    try {
      return await undoAll(session.setup, context, flags);
    } finally {
      await session.close();
    }
  } finally {
    lock.release();
  }
}

async function undoAll(setup: Setup, context: CommandContext, flags: UndoFlags): Promise<number> {
  const changes = listUndoable(setup);
  if (changes.length === 0) return showNothing(context, flags);
  if (flags.dryRun) return showPlan(setup, context);
  const question = `Undo ${changes.length === 1 ? '1 change' : `${changes.length} changes`}?`;
  if (!setup.choices.yes) await verifyConfirmed(setup.prompts, question, NOT_AGREED);
  const choices = { ...setup.choices, release: setup.choices.release || (await agreesToRelease(setup)) };
  const results = await undoChanges({ ...setup, choices }, UNDOABLE_STEPS);
  const report: UndoReport = {
    command: 'undo',
    target: setup.target,
    dryRun: false,
    results,
    warnings: [...setup.warnings],
  };
  if (results.some(({ kind, undone }) => undone && kind !== 'text-sent')) {
    context.screen.line('Restart the app if it is running: it reads .env and the TwiML app only once.');
  }
  context.screen.document(report);
  return ExitCode.done;
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

function showNothing({ screen }: CommandContext, flags: UndoFlags): number {
  screen.line('There is nothing to undo.');
  const report: UndoReport = {
    command: 'undo',
    target: null,
    dryRun: flags.dryRun ?? false,
    results: [],
    warnings: [],
  };
  screen.document(report);
  return ExitCode.done;
}

function showPlan(setup: Setup, { screen }: CommandContext): number {
  const results = listUndoable(setup).map(({ id, data }) => {
    const text =
      data.kind === 'number-bought' ? `${data.phoneNumber} (only with --release-number)` : data.kind;
    return { id, kind: data.kind, undone: false, text };
  });
  for (const { text } of results) screen.planned([text]);
  const report: UndoReport = { command: 'undo', target: setup.target, dryRun: true, results, warnings: [] };
  screen.document(report);
  return ExitCode.done;
}
