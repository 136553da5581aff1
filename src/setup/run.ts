// Runs the steps of the setup one after the other.
import { RelayPhoneError } from '../errors.js';
import { formatPrice } from './price.js';
import type { InitStepId, Setup, SetupStep, StepPlan } from './setup.js';

/** How a step ended: `kept` its goal held already · `changed` it was done now · `planned` a dry run would do it. */
export interface StepResult<Id extends string = InitStepId> {
  readonly id: Id;
  readonly title: string;
  readonly outcome: 'kept' | 'changed' | 'planned';
  readonly summary: string;
  readonly changes: readonly string[];
}

/**
 * Carries out every step whose goal does not hold yet; in a dry run it only says what it would do.
 *
 * @throws RelayPhoneError when a step cannot be done, or a person must first agree to it. What earlier steps did
 * stays, and the next run goes on from there.
 */
export async function runSetup<Id extends string>(
  setup: Setup,
  steps: readonly SetupStep<Id>[],
): Promise<StepResult<Id>[]> {
  for (const step of steps) step.verify?.(setup);
  const results: StepResult<Id>[] = [];
  for (const [index, step] of steps.entries()) {
    setup.output.step(index + 1, steps.length, step.title);
    if (!setup.choices.dryRun) await reconcileInterrupted(setup, step);
    results.push(await runStep(setup, step));
  }
  return results;
}

/** Finds out how the changes of `step` ended that an interrupted run had begun. */
export async function reconcileInterrupted(setup: Setup, step: SetupStep<string>): Promise<void> {
  for (const kind of step.kinds) {
    for (const change of setup.journal.find(kind, 'intended')) await step.reconcile?.(setup, change);
  }
}

async function runStep<Id extends string>(setup: Setup, step: SetupStep<Id>): Promise<StepResult<Id>> {
  const plan = await step.plan(setup);
  const { summary, changes } = plan;
  const result = { id: step.id, title: step.title, changes };
  if (!plan.apply) {
    setup.output.done(summary);
    return { ...result, outcome: 'kept', summary };
  }
  setup.output.planned(changes);
  if (setup.choices.dryRun) return { ...result, outcome: 'planned', summary };
  await confirmPlan(setup, plan);
  const done = await plan.apply();
  setup.output.done(done);
  return { ...result, outcome: 'changed', summary: done };
}

/**
 * Gets the yes that a plan needs: money at Twilio needs one of its own, what was there before us any.
 *
 * @param command what to run again with a yes
 * @throws RelayPhoneError `needsUser` when there is none.
 */
export async function confirmPlan(setup: Setup, plan: StepPlan, command = setup.command): Promise<void> {
  if (!plan.cost && !plan.overwrites) return;
  if (!setup.prompts) return verifyConfirmable(setup, plan, command);
  if (await setup.prompts.confirm(questionAbout(plan, setup.target))) return;
  throw declined(plan, command);
}

/** Checks beforehand that a yes can be had: a person can be asked, or it was given. @throws as {@link confirmPlan} */
export function verifyConfirmable(
  { prompts: ask, target, choices }: Setup,
  plan: StepPlan,
  command: string,
): void {
  if (ask) return;
  if (plan.cost && target === 'live' && !(choices.yes && choices.buy))
    throw unasked(plan, `${command} --yes --buy`);
  if (!choices.yes) throw unasked(plan, `${command} --yes`);
}

function questionAbout({ cost: spends }: StepPlan, target: Setup['target']): string {
  if (!spends) return 'Make this change?';
  if (!spends.monthly) return 'Buy it? Twilio does not tell what it costs.';
  const imagined = target === 'sandbox' ? ' (of the sandbox: no real money)' : '';
  return `Buy it for ${formatPrice(spends.monthly)} a month${imagined}?`;
}

function declined(plan: StepPlan, command: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'go on',
    reason: `"${plan.changes[0]}" was not agreed to, and nothing more was done`,
    tryNext: [`relay-phone ${command}, and answer yes`, ...lookFirst(command)],
  });
}

function unasked(plan: StepPlan, agreeing: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'go on',
    reason: `"${plan.changes[0]}" needs a yes, and nobody was asked`,
    tryNext: [`relay-phone ${agreeing}`, ...lookFirst(agreeing)],
  });
}

/** Only `init` can show a plan without carrying it out. */
function lookFirst(command: string): string[] {
  return command.startsWith('init') ? ['relay-phone init --dry-run, to see the whole plan'] : [];
}
