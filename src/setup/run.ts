// Runs the steps of a setup, asks before they spend money or overwrite something, and undoes their changes.
import { RelayPhoneError } from '../errors.js';
import type { Change } from './changes.js';
import { formatPrice } from './price.js';
import type { InitStepId, Setup, SetupStep, StepPlan, UndoableStep, UndoOutcome } from './setup.js';

/** The result of one step: `kept` nothing to change · `changed` done now · `planned` a real run would do it. */
export interface StepResult<Id extends string = InitStepId> {
  readonly id: Id;
  readonly title: string;
  readonly outcome: 'kept' | 'changed' | 'planned';
  readonly summary: string;
  readonly changes: readonly string[];
}

/**
 * Runs each step: plans it, asks the user if needed, and applies the plan. A dry run only shows the plans.
 *
 * @throws RelayPhoneError if a step fails, or `needsUser` if the user has not agreed to it. The changes of earlier steps
 * stay, and the next run continues from there.
 */
export async function runSetup<Id extends string>(
  setup: Setup,
  steps: readonly SetupStep<Id>[],
): Promise<StepResult<Id>[]> {
  if (!setup.choices.dryRun) for (const step of steps) step.recover?.(setup);
  for (const step of steps) await step.verify?.(setup);
  const results: StepResult<Id>[] = [];
  for (const [index, step] of steps.entries()) {
    setup.output.step(index + 1, steps.length, step.title);
    if (!setup.choices.dryRun) await reconcileInterrupted(setup, step);
    results.push(
      await runStep(
        setup,
        step,
        results.some(({ outcome }) => outcome === 'changed'),
      ),
    );
  }
  return results;
}

async function runStep<Id extends string>(
  setup: Setup,
  step: SetupStep<Id>,
  hasChanged: boolean,
): Promise<StepResult<Id>> {
  const plan = await step.plan(setup);
  const { summary, changes } = plan;
  const result = { id: step.id, title: step.title, changes };
  if (!plan.apply) {
    setup.output.done(summary);
    return { ...result, outcome: 'kept', summary };
  }
  setup.output.planned(changes);
  if (setup.choices.dryRun) return { ...result, outcome: 'planned', summary };
  await confirmPlan(setup, plan, { hasChanged });
  const done = await plan.apply();
  setup.output.done(done);
  return { ...result, outcome: 'changed', summary: done };
}

/** Finds out whether the changes that an interrupted run left as intended took place, and records that. */
export async function reconcileInterrupted(setup: Setup, step: UndoableStep): Promise<void> {
  for (const kind of step.kinds) {
    for (const change of setup.journal.find(kind, 'intended')) await step.reconcile?.(setup, change);
  }
}

/** The result of undoing one change. */
export interface UndoResult extends UndoOutcome {
  readonly id: string;
  readonly kind: Change['data']['kind'];
}

/** Returns the changes of the account that undo can take back, newest first. A released number cannot be taken back. */
export function listUndoable(setup: Setup): Change[] {
  return listPerhapsUndoable(setup).filter(({ state }) => state === 'done');
}

/** Returns the same, and those that an interrupted run left as intended: {@link reconcileInterrupted} finds out. */
export function listPerhapsUndoable(setup: Setup): Change[] {
  return setup.journal
    .changes()
    .filter(({ state, data }) => ['done', 'intended'].includes(state) && data.kind !== 'number-released')
    .reverse();
}

/**
 * Undoes the changes of the account, newest first. A value that was changed since stays, and is reported. The journal
 * marks each undone change, so that a second run continues where the first one ended.
 *
 * @param isWanted selects the changes to undo; by default all
 * @throws RelayPhoneError `refused` or `network` if Twilio does not carry out a request.
 */
export async function undoChanges(
  setup: Setup,
  steps: readonly UndoableStep[],
  isWanted: (change: Change) => boolean = () => true,
): Promise<UndoResult[]> {
  for (const step of steps) step.recover?.(setup);
  for (const step of steps) await reconcileInterrupted(setup, step);
  const results: UndoResult[] = [];
  for (const change of listUndoable(setup).filter(isWanted)) {
    const { kind } = change.data;
    const outcome = await steps.find((step) => step.kinds.includes(kind))?.undo?.(setup, change);
    if (!outcome) continue;
    if (outcome.undone) setup.journal.undone(change);
    setup.output[outcome.undone ? 'done' : 'warn'](outcome.text);
    results.push({ id: change.id, kind, ...outcome });
  }
  return results;
}

/**
 * Gets the user's consent to a plan that costs money or overwrites something. Spending money at Twilio needs a consent
 * of its own: an answer to the prompt, or `--yes --buy`.
 *
 * @param command the command to run again with consent, for advice
 * @param hasChanged whether this run has changed something already
 * @throws RelayPhoneError `needsUser` without consent.
 */
export async function confirmPlan(
  setup: Setup,
  plan: StepPlan,
  { command = setup.command, hasChanged = false }: { command?: string; hasChanged?: boolean } = {},
): Promise<void> {
  if (!plan.cost && !plan.overwrites) return;
  if (!setup.prompts) return verifyConfirmable(setup, plan, command);
  const isImaginary = plan.cost !== undefined && setup.target === 'sandbox';
  if (await setup.prompts.confirm(formatQuestion(plan, setup.target), isImaginary)) return;
  throw new RelayPhoneError({
    kind: 'needsUser',
    isDeclined: true,
    task: plan.changes[0] ?? 'the change',
    reason: hasChanged ? 'nothing more was changed' : 'nothing was changed',
    tryNext: adviseDryRun(command),
  });
}

/**
 * Checks that {@link confirmPlan} can succeed: there are prompts, or the flags give consent.
 *
 * @throws RelayPhoneError `needsUser` if not.
 */
export function verifyConfirmable(
  { prompts, target, choices }: Setup,
  plan: StepPlan,
  command: string,
): void {
  if (prompts) return;
  if (plan.cost && target === 'live' && !(choices.yes && choices.buy))
    throw consentNeeded(plan, `${command} --yes --buy`);
  if (!choices.yes) throw consentNeeded(plan, `${command} --yes`);
}

function formatQuestion({ cost }: StepPlan, target: Setup['target']): string {
  if (!cost) return 'Make this change?';
  if (!cost.monthly) return 'Buy it? Its price is unknown: Twilio does not list it.';
  const note = target === 'sandbox' ? ' (sandbox: no real money)' : '';
  return `Buy it for ${formatPrice(cost.monthly)} a month${note}?`;
}

function consentNeeded(plan: StepPlan, commandWithConsent: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'continue',
    reason: `"${plan.changes[0]}" needs your consent, and this run cannot ask for it`,
    tryNext: [`relay-phone ${commandWithConsent}`, ...adviseDryRun(commandWithConsent)],
  });
}

/** Only `init` can show its whole plan without applying it. */
function adviseDryRun(command: string): string[] {
  return command.startsWith('init') ? ['relay-phone init --dry-run, to see the whole plan'] : [];
}
