// Plays a story step by step, until its end or the first failure.
import { RelayPhoneError } from '../errors.js';
import { type AssignedNumbers, assignNumbers } from './assigned-numbers.js';
import { runManualClock } from './clock.js';
import { listCalls, openPlayContext, type PlayContext, verifyNotInterrupted } from './play-context.js';
import type { FoundUnsupported, PlayedStep, StoryPorts, UnmetExpectation } from './ports.js';
import { isExpectation, runStep } from './steps.js';
import type { Story, StoryStep } from './story.js';
import { describeStep } from './story.js';
import { findStrictError, listFoundUnsupported } from './unsupported.js';

/** The result of a play. */
export interface PlayResult {
  readonly steps: readonly PlayedStep[];
  /** The number behind each name. */
  readonly numbers: ReadonlyMap<string, string>;
  /** What the app asked for that the sandbox lacks. */
  readonly unsupported: readonly FoundUnsupported[];
  /**
   * Why it failed; its kind decides the exit code. Undefined if all steps passed and, in a strict play, a step expected
   * everything that was missing.
   */
  readonly error: RelayPhoneError | undefined;
  /** The sandbox's events since the last action: ids greater than `after`, up to `last`. They led to the failure. */
  readonly events: { readonly after: number; readonly last: number };
}

/**
 * Plays a story. Afterwards it undoes the changes to the sandbox and releases the numbers that were bought. Texts, calls
 * and what the app stored stay.
 *
 * @throws RelayPhoneError if the story could not start, for example without a mask or with the wrong kind of clock.
 */
export async function playStory(story: Story, ports: StoryPorts): Promise<PlayResult> {
  const stopClock = await runManualClock(story, ports);
  let assigned: AssignedNumbers | undefined;
  try {
    const startEventId = ports.startEventId ?? (await ports.control.state()).lastEventId;
    assigned = await assignNumbers(story, ports);
    ports.onNumbersAssigned?.(assigned.numbers);
    const context = await openPlayContext(story, assigned, ports, startEventId);
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
  // Read before the cleanup, which causes events too.
  const last = error ? await findLastEvent(context).catch(() => after) : after;
  const unsupported = await listFoundUnsupported(context).catch((reason: unknown) => {
    if (!(reason instanceof RelayPhoneError)) throw reason;
    error ??= reason;
    return [];
  });
  if (context.ports.isStrict) error ??= findStrictError(unsupported);
  return { steps, numbers: context.assigned.numbers, unsupported, error, events: { after, last } };
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

async function findLastEvent({ ports }: PlayContext): Promise<number> {
  return (await ports.control.state()).lastEventId;
}

function skipStep(step: StoryStep): StepResult {
  const { line } = step;
  return {
    step: { line, words: describeStep(step), outcome: 'skipped', duration: 0, unmet: null, problem: null },
  };
}

/** Hangs up all calls and undoes the changes to the sandbox. Errors are ignored: the sandbox may have stopped. */
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
    task: `verify in line ${line} that ${words}`,
    reason: `expected: ${expected}`,
  });
}

/** A request that the sandbox refuses as wrong usage is a fault in the story, not in our command line. */
function createActionError({ line, words }: StepLabel, cause: RelayPhoneError): RelayPhoneError {
  const { kind, reason, tryNext, more, twilioCode } = cause;
  return new RelayPhoneError({
    kind: kind === 'usage' ? 'fault' : kind,
    task: `run line ${line}, ${words}`,
    reason,
    tryNext,
    ...(more !== undefined && { more }),
    ...(twilioCode !== undefined && { twilioCode }),
    cause,
  });
}
