// Runs behaviours on the sandbox and on what it is compared with: Twilio, a capture, or the documentation.
import type { TwilioBehaviour } from './behaviour.js';
import { compareRecordings, type Difference } from './compare.js';
import { compareWithExpectation } from './expectation.js';
import type { Recording, Seen } from './recording.js';
import type { BehaviourResult } from './report.js';
import { runBehaviour } from './run-behaviour.js';
import type { Side } from './side.js';

/** What the sandbox is compared with. */
export type Reference =
  | { readonly kind: 'documentation' }
  | { readonly kind: 'capture'; readonly recordings: Readonly<Record<string, Recording>> }
  | { readonly kind: 'live'; readonly run: (behaviour: TwilioBehaviour) => Promise<Seen> };

/** The outcome of a run. */
export interface ConformanceRun {
  readonly results: readonly BehaviourResult[];
  /** By the id of the behaviour: of Twilio with `live`, else of the sandbox. */
  readonly recordings: Readonly<Record<string, Recording>>;
  /** True if the signal ended the run before its last behaviour. */
  readonly interrupted: boolean;
}

/** How behaviours run. */
export interface RunOptions {
  /** Called before each behaviour. */
  readonly onStart?: (behaviour: TwilioBehaviour, index: number) => void;
  /** Ends the run early: the running behaviour and the later ones could not be seen. */
  readonly signal?: AbortSignal;
}

/** Runs the behaviours one after the other. */
export async function runConformance(
  behaviours: readonly TwilioBehaviour[],
  sandbox: Side,
  reference: Reference,
  { onStart, signal }: RunOptions = {},
): Promise<ConformanceRun> {
  const results: BehaviourResult[] = [];
  const recordings: Record<string, Recording> = {};
  let interrupted = false;
  for (const [index, behaviour] of behaviours.entries()) {
    if (!signal?.aborted) onStart?.(behaviour, index);
    const seen = await untilAborted(signal, () => runBoth(behaviour, sandbox, reference));
    interrupted ||= seen === undefined;
    const { own, other } = seen ?? { own: INTERRUPTED, other: INTERRUPTED };
    const recorded = reference.kind === 'live' ? other : own;
    if (recorded.kind === 'recorded') recordings[behaviour.id] = recorded.recording;
    results.push(resultOf(behaviour, reference, own, other));
  }
  return { results, recordings, interrupted };
}

const INTERRUPTED: Seen = { kind: 'unseen', reason: 'interrupted' };

/** Undefined once the signal has ended it. How the work goes on then, or fails, is of no interest. */
async function untilAborted<T>(
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T | undefined> {
  if (!signal) return work();
  if (signal.aborted) return undefined;
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve(undefined);
    signal.addEventListener('abort', onAbort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}

async function runBoth(behaviour: TwilioBehaviour, sandbox: Side, reference: Reference) {
  const running = runBehaviour(sandbox, behaviour);
  const [own, other] = await Promise.all([running, findOther(reference, behaviour, running)]);
  return { own, other };
}

async function findOther(
  reference: Reference,
  behaviour: TwilioBehaviour,
  own: Promise<Seen>,
): Promise<Seen> {
  if (reference.kind === 'live') return reference.run(behaviour);
  if (reference.kind === 'documentation') return own;
  const recording = reference.recordings[behaviour.id];
  if (!recording) return { kind: 'unseen', reason: 'the capture does not have it' };
  const mine = await own;
  if (mine.kind === 'recorded' && !isSameForm(mine.recording, recording))
    return {
      kind: 'unseen',
      reason: 'the capture has another form of it, of another version of relay-phone',
    };
  return { kind: 'recorded', recording };
}

/** True if both sides were asked the same. */
function isSameForm(one: Recording, other: Recording): boolean {
  const [asked, otherAsked] = [one, other].map(({ requests }) =>
    JSON.stringify(
      requests.map(({ request, parameters }) => [request, Object.entries(parameters).toSorted()]),
    ),
  );
  return asked === otherAsked;
}

function resultOf(behaviour: TwilioBehaviour, { kind }: Reference, own: Seen, other: Seen): BehaviourResult {
  const { id, group, title, row } = behaviour;
  const named = { id, group, title, row };
  if (other.kind === 'unseen') return { ...named, outcome: 'unseen', differences: [], reason: other.reason };
  if (own.kind === 'unseen')
    return { ...named, outcome: 'unseen', differences: [], reason: `the sandbox: ${own.reason}` };
  const differences: Difference[] =
    kind === 'documentation'
      ? compareWithExpectation(behaviour, own.recording)
      : compareRecordings(own.recording, other.recording);
  return { ...named, outcome: differences.length === 0 ? 'agrees' : 'differs', differences, reason: null };
}
