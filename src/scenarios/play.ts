// Plays a story, step by step, until it has ended or a step failed.
import { RelayPhoneError } from '../errors.js';
import { assembleCast, type Cast } from './cast.js';
import { startClock } from './clock.js';
import type { PlayedStep, StoryPorts, Unmet } from './ports.js';
import { listCalls, openScene, type Scene, verifyGoesOn } from './scene.js';
import { carryOut, isExpectation } from './steps.js';
import type { Story, StoryStep } from './story.js';
import { describeStep } from './words.js';

/** How a play ended. */
export interface Play {
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
export async function playStory(story: Story, ports: StoryPorts): Promise<Play> {
  const stopClock = await startClock(story, ports);
  let cast: Cast | undefined;
  try {
    cast = await assembleCast(story, ports);
    ports.onCast?.(cast.numbers);
    const scene = await openScene(story, cast, ports);
    try {
      return await playSteps(story, scene);
    } finally {
      await tidy(story, scene);
    }
  } finally {
    await cast?.release().catch(ignoreKnown);
    await stopClock();
  }
}

async function playSteps(story: Story, scene: Scene): Promise<Play> {
  const steps: PlayedStep[] = [];
  let error: RelayPhoneError | undefined;
  for (const step of story.steps) {
    const played = error ? skip(step) : await playStep(scene, step);
    error ??= played.error;
    steps.push(played.step);
    if (played.step.outcome !== 'skipped') scene.ports.onStep?.(played.step);
  }
  const after = scene.mark;
  // Before it is tidied up, which makes events too.
  const last = error ? await findLastEvent(scene).catch(() => after) : after;
  return { steps, numbers: scene.cast.numbers, error, events: { after, last } };
}

interface Ended {
  readonly step: PlayedStep;
  readonly error?: RelayPhoneError;
}

async function playStep(scene: Scene, step: StoryStep): Promise<Ended> {
  const { now } = scene.ports;
  const start = now();
  const about = { line: step.line, words: describeStep(step) };
  const end = (outcome: PlayedStep['outcome'], unmet: Unmet | null, problem: string | null): PlayedStep => ({
    ...about,
    outcome,
    duration: now() - start,
    unmet,
    problem,
  });
  try {
    verifyGoesOn(scene.ports.signal);
    if (!isExpectation(step)) scene.mark = await findLastEvent(scene);
    const unmet = await carryOut(scene, step);
    if (!unmet) return { step: end('passed', null, null) };
    return { step: end('failed', unmet, null), error: notMet(about, unmet) };
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    return { step: end('failed', null, error.message), error: notDone(about, error) };
  }
}

async function findLastEvent({ mark, ports }: Scene): Promise<number> {
  return (await ports.control.events({ since: mark })).at(-1)?.id ?? mark;
}

function skip(step: StoryStep): Ended {
  const { line } = step;
  return {
    step: { line, words: describeStep(step), outcome: 'skipped', duration: 0, unmet: null, problem: null },
  };
}

/** Nobody stays on the line, and the sandbox behaves as it did before. What is gone by now needs no tidying. */
async function tidy(story: Story, scene: Scene): Promise<void> {
  const { control } = scene.ports;
  for (const phone of story.phones.keys()) {
    const number = scene.cast.numberOf(phone);
    const calls = await listCalls(scene, number).catch(() => []);
    for (const { sid, state } of calls)
      if (['calling', 'ringing', 'talking'].includes(state))
        await control.act(number, sid, 'hang-up').catch(ignoreKnown);
  }
  for (const undo of scene.undoings.toReversed()) await undo().catch(ignoreKnown);
}

function ignoreKnown(error: unknown): void {
  if (!(error instanceof RelayPhoneError)) throw error;
}

type About = Pick<PlayedStep, 'line' | 'words'>;

function notMet({ line, words }: About, { expected }: Unmet): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'fault',
    task: `see in line ${line} that ${words}`,
    reason: `expected was ${expected}`,
  });
}

/** What was asked for at the wrong time is the story's fault, and no wrong usage of ours. */
function notDone({ line, words }: About, cause: RelayPhoneError): RelayPhoneError {
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
