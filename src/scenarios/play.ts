// Plays a story, step by step, until it has ended or a step failed.
import { RelayPhoneError } from '../errors.js';
import { type AssignedNumbers, assignNumbers } from './assigned-numbers.js';
import { runManualClock } from './clock.js';
import { listCalls, openPlayContext, type PlayContext, verifyNotInterrupted } from './play-context.js';
import type { PlayedStep, StoryPorts, UnmetExpectation } from './ports.js';
import { isExpectation, runStep } from './steps.js';
import type { Story, StoryStep } from './story.js';
import { describeStep } from './story.js';

/** How a play ended. */
export interface PlayResult {
  readonly steps: readonly PlayedStep[];
  /** The number behind each name. */
  readonly numbers: ReadonlyMap<string, string>;
  /** Why it failed, of the kind that its exit code follows from; undefined when all steps passed. */
  readonly error: RelayPhoneError | undefined;
  /**
   * Which events of the sandbox led to the failure: those behind `after`, up to `last`. They begin with the last step that
   * did something.
   */
  readonly events: { readonly after: number; readonly last: number };
}

/**
 * Plays a story. How the sandbox was changed for it is taken back, and numbers bought for it are given up; what texts
 * and the app remember stays.
 *
 * @throws RelayPhoneError when it could not begin: no mask was to be had, the clock is of the wrong kind.
 */
export async function playStory(story: Story, ports: StoryPorts): Promise<PlayResult> {
  const stopClock = await runManualClock(story, ports);
  let assigned: AssignedNumbers | undefined;
  try {
    assigned = await assignNumbers(story, ports);
    ports.onNumbersAssigned?.(assigned.numbers);
    const context = await openPlayContext(story, assigned, ports);
    try {
      return await playSteps(story, context);
    } finally {
      await cleanUp(story, context);
    }
  } finally {
    await assigned?.release().catch(ignoreReportedError);
    await stopClock();
  }
}

async function playSteps(story: Story, context: PlayContext): Promise<PlayResult> {
  const steps: PlayedStep[] = [];
  let error: RelayPhoneError | undefined;
  for (const step of story.steps) {
    const played = error ? skipStep(step) : await playStep(context, step);
    error ??= played.error;
    steps.push(played.step);
    if (played.step.outcome !== 'skipped') context.ports.onStep?.(played.step);
  }
  const after = context.lastEventId;
  // Before it is tidied up, which makes events too.
  const last = error ? await findLastEvent(context).catch(() => after) : after;
  return { steps, numbers: context.assigned.numbers, error, events: { after, last } };
}

interface StepResult {
  readonly step: PlayedStep;
  readonly error?: RelayPhoneError;
}

async function playStep(context: PlayContext, step: StoryStep): Promise<StepResult> {
  const { now } = context.ports;
  const start = now();
  const about = { line: step.line, words: describeStep(step) };
  const end = (
    outcome: PlayedStep['outcome'],
    unmet: UnmetExpectation | null,
    problem: string | null,
  ): PlayedStep => ({
    ...about,
    outcome,
    duration: now() - start,
    unmet,
    problem,
  });
  try {
    verifyNotInterrupted(context.ports.signal);
    if (!isExpectation(step)) context.lastEventId = await findLastEvent(context);
    const unmet = await runStep(context, step);
    if (!unmet) return { step: end('passed', null, null) };
    return { step: end('failed', unmet, null), error: createExpectationError(about, unmet) };
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    return { step: end('failed', null, error.message), error: createActionError(about, error) };
  }
}

async function findLastEvent({ lastEventId: mark, ports }: PlayContext): Promise<number> {
  return (await ports.control.events({ since: mark })).at(-1)?.id ?? mark;
}

function skipStep(step: StoryStep): StepResult {
  const { line } = step;
  return {
    step: { line, words: describeStep(step), outcome: 'skipped', duration: 0, unmet: null, problem: null },
  };
}

/** Nobody stays on the line, and the sandbox behaves as it did before. What is gone by now needs no tidying. */
async function cleanUp(story: Story, context: PlayContext): Promise<void> {
  const { control } = context.ports;
  for (const phone of story.phones.keys()) {
    const number = context.assigned.numberOf(phone);
    const calls = await listCalls(context, number).catch(() => []);
    for (const { sid, state } of calls)
      if (['calling', 'ringing', 'talking'].includes(state))
        await control.act(number, sid, 'hang-up').catch(ignoreReportedError);
  }
  for (const undo of context.cleanups.toReversed()) await undo().catch(ignoreReportedError);
}

function ignoreReportedError(error: unknown): void {
  if (!(error instanceof RelayPhoneError)) throw error;
}

type StepLabel = Pick<PlayedStep, 'line' | 'words'>;

function createExpectationError({ line, words }: StepLabel, { expected }: UnmetExpectation): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'fault',
    task: `see in line ${line} that ${words}`,
    reason: `expected was ${expected}`,
  });
}

/** What was asked for at the wrong time is the story's fault, and no wrong usage of ours. */
function createActionError({ line, words }: StepLabel, cause: RelayPhoneError): RelayPhoneError {
  const { kind, reason, tryNext, more, twilioCode } = cause;
  return new RelayPhoneError({
    kind: kind === 'usage' ? 'fault' : kind,
    task: `do line ${line}, ${words}`,
    reason,
    tryNext,
    ...(more !== undefined && { more }),
    ...(twilioCode !== undefined && { twilioCode }),
    cause,
  });
}
