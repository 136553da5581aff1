// The state that the steps of one play share, and how steps wait for something to happen.
import { RelayPhoneError } from '../errors.js';
import type { AssignedNumbers } from './assigned-numbers.js';
import type { ShownCall, ShownText, StoryPorts } from './ports.js';
import type { Story } from './story.js';

/** The state of one play. */
export interface PlayContext {
  readonly assigned: AssignedNumbers;
  readonly ports: StoryPorts;
  /** SIDs of texts that arrived before the play, or that an expectation has matched. */
  readonly seenTexts: Set<string>;
  /** The sender of the last expected text, by the phone's number. */
  readonly lastSenders: Map<string, string>;
  /** SIDs of calls from before the play. */
  readonly earlierCalls: ReadonlySet<string>;
  /** How often each number had been exposed before the play. */
  readonly earlierExposures: ReadonlyMap<string, number>;
  /** Id of the last event before the last action. */
  lastEventId: number;
  /** Id of the last event before the play. */
  readonly startEventId: number;
  /** The names of what the sandbox lacks and a step has expected. */
  readonly expectedUnsupported: Set<string>;
  /** Functions that undo the story's changes to the sandbox; the last one runs first. */
  readonly cleanups: (() => Promise<unknown>)[];
}

/** Milliseconds of real time. */
const POLL_INTERVAL_MS = 10;

const QUIET = Symbol('quiet');

/** How long to wait at most for the sandbox to become quiet. */
const MAX_ACTIVITY_MS = 5000;

/** Records the state of the sandbox before the first step. @param startEventId of the last event before the play */
export async function openPlayContext(
  story: Story,
  assigned: AssignedNumbers,
  ports: StoryPorts,
  startEventId: number,
): Promise<PlayContext> {
  const { control } = ports;
  const phones = [...story.phones.keys()].map(assigned.numberOf);
  const texts = await Promise.all(phones.map((phone) => control.texts(phone)));
  const calls = await Promise.all(phones.map((phone) => control.calls(phone)));
  // Only valid numbers can be looked for: other senders can be phones of a story too.
  const guarded = story.steps.flatMap(({ kind, content }) =>
    kind === 'expect no leak' ? [assigned.numberOf(content['expect no leak'])] : [],
  );
  const exposures = guarded.map(async (phone) => [phone, (await control.whoSaw(phone)).length] as const);
  return {
    assigned,
    ports,
    lastSenders: new Map(),
    seenTexts: new Set(texts.flat().map(({ sid }) => sid)),
    earlierCalls: new Set(calls.flat().map(({ sid }) => sid)),
    earlierExposures: new Map(await Promise.all(exposures)),
    lastEventId: (await control.state()).lastEventId,
    startEventId,
    expectedUnsupported: new Set(),
    cleanups: [],
  };
}

/**
 * Calls `find` until it returns a value. Returns undefined after `timeoutMs` milliseconds of real time.
 *
 * @throws RelayPhoneError `interrupted` if the play was aborted meanwhile.
 */
export async function waitForFirst<T>(
  { ports: { now, sleep, signal } }: PlayContext,
  timeoutMs: number,
  find: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const deadline = now() + timeoutMs;
  for (;;) {
    // Read before the call, so that something that arrives during the call is not missed.
    const isOver = now() >= deadline;
    const found = await find();
    if (found !== undefined || isOver) return found;
    await sleep(POLL_INTERVAL_MS);
    verifyNotInterrupted(signal);
  }
}

/** Lists the texts of a phone that arrived during the play and that no expectation has matched. */
export async function listTexts({ ports, seenTexts }: PlayContext, phone: string): Promise<ShownText[]> {
  return (await ports.control.texts(phone)).filter(({ sid }) => !seenTexts.has(sid));
}

/** Lists the calls of a phone during the play, oldest first. */
export async function listCalls({ ports, earlierCalls }: PlayContext, phone: string): Promise<ShownCall[]> {
  return (await ports.control.calls(phone)).filter(({ sid }) => !earlierCalls.has(sid));
}

/**
 * Calls `find` until it returns a value. Returns undefined once nothing has been in progress in the sandbox, and nothing has
 * happened there, for `quietMs` milliseconds of real time; or after {@link MAX_ACTIVITY_MS} more.
 *
 * @throws RelayPhoneError `interrupted` if the play was aborted meanwhile.
 */
export async function waitUntilQuiet<T>(
  context: PlayContext,
  quietMs: number,
  find: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const { now, control } = context.ports;
  let [last, since] = [context.lastEventId, now()];
  const found = await waitForFirst<T | typeof QUIET>(context, quietMs + MAX_ACTIVITY_MS, async () => {
    const { lastEventId, openTraces, clock } = await control.state();
    // Under a manual clock, what is in progress may wait for the next `advance`.
    const isBusy = openTraces > 0 && clock.mode === 'real';
    // The play itself moves a manual clock all the time.
    const isActive =
      lastEventId !== last &&
      (await control.events({ since: last })).some(({ kind }) => kind !== 'clock.advanced');
    if (isActive || isBusy) since = now();
    last = lastEventId;
    return (await find()) ?? (now() - since >= quietMs ? QUIET : undefined);
  });
  return found === QUIET ? undefined : found;
}

/** @throws RelayPhoneError `interrupted` if the play was aborted. */
export function verifyNotInterrupted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new RelayPhoneError({
    kind: 'interrupted',
    task: 'continue the story',
    reason: 'it was interrupted',
  });
}
