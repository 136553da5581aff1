// The state that the steps of one play share, and how steps wait for something to happen.
import { RelayPhoneError } from '../errors.js';
import type { AssignedNumbers } from './assigned-numbers.js';
import type { ShownCall, ShownText, StoryPorts } from './ports.js';
import type { Story } from './story.js';

/** One play. */
export interface PlayContext {
  readonly assigned: AssignedNumbers;
  readonly ports: StoryPorts;
  /** Texts that were there before, or that an expectation has found. */
  readonly seenTexts: Set<string>;
  /** Who sent the text that was last expected on a phone, by the phone's number. */
  readonly lastSenders: Map<string, string>;
  /** Calls that were there before. */
  readonly earlierCalls: ReadonlySet<string>;
  /** How often each number had been shown before. */
  readonly earlierExposures: ReadonlyMap<string, number>;
  /** The last event before the last step that did something. */
  lastEventId: number;
  /** What takes back how the sandbox was changed. */
  readonly cleanups: (() => Promise<unknown>)[];
}

/** Milliseconds of real time between two looks. */
const POLL_INTERVAL_MS = 10;

const QUIET = Symbol('quiet');

/** Milliseconds after which a sandbox that does not come to rest is not waited for. */
const MAX_ACTIVITY_MS = 5000;

/** Looks what is there before the first step. */
export async function openPlayContext(
  story: Story,
  assigned: AssignedNumbers,
  ports: StoryPorts,
): Promise<PlayContext> {
  const { control } = ports;
  const phones = [...story.phones.keys()].map(assigned.numberOf);
  const texts = await Promise.all(phones.map((phone) => control.texts(phone)));
  const calls = await Promise.all(phones.map((phone) => control.calls(phone)));
  const showings = phones.map(async (phone) => [phone, (await control.whoSaw(phone)).length] as const);
  return {
    assigned,
    ports,
    lastSenders: new Map(),
    seenTexts: new Set(texts.flat().map(({ sid }) => sid)),
    earlierCalls: new Set(calls.flat().map(({ sid }) => sid)),
    earlierExposures: new Map(await Promise.all(showings)),
    lastEventId: (await control.events({})).at(-1)?.id ?? 0,
    cleanups: [],
  };
}

/**
 * What `look` finds first; undefined when it finds nothing for `within` milliseconds of real time.
 *
 * @throws RelayPhoneError `interrupted` when the play was ended meanwhile.
 */
export async function waitForFirst<T>(
  { ports: { now, sleep, signal } }: PlayContext,
  within: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const deadline = now() + within;
  for (;;) {
    // Asked before the look: what comes while it is under way must not be missed.
    const isOver = now() >= deadline;
    const found = await look();
    if (found !== undefined || isOver) return found;
    await sleep(POLL_INTERVAL_MS);
    verifyNotInterrupted(signal);
  }
}

/** The texts of a phone that came since the story began and that no expectation has found. */
export async function listTexts(
  { ports, seenTexts: settledTexts }: PlayContext,
  phone: string,
): Promise<ShownText[]> {
  return (await ports.control.texts(phone)).filter(({ sid }) => !settledTexts.has(sid));
}

/** The calls of a phone since the story began, oldest first. */
export async function listCalls({ ports, earlierCalls }: PlayContext, phone: string): Promise<ShownCall[]> {
  return (await ports.control.calls(phone)).filter(({ sid }) => !earlierCalls.has(sid));
}

/**
 * What `look` finds first; undefined when it finds nothing until nothing at all has happened in the sandbox for `quiet`
 * milliseconds of real time, or things have gone on for too long.
 *
 * @throws RelayPhoneError `interrupted` when the play was ended meanwhile.
 */
export async function waitUntilQuiet<T>(
  context: PlayContext,
  quiet: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const { now, control } = context.ports;
  let [last, since] = [context.lastEventId, now()];
  const found = await waitForFirst<T | typeof QUIET>(context, quiet + MAX_ACTIVITY_MS, async () => {
    const newest = (await control.events({ since: last })).at(-1)?.id;
    if (newest !== undefined) [last, since] = [newest, now()];
    return (await look()) ?? (now() - since >= quiet ? QUIET : undefined);
  });
  return found === QUIET ? undefined : found;
}

/** @throws RelayPhoneError `interrupted` when it does not. */
export function verifyNotInterrupted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new RelayPhoneError({
    kind: 'interrupted',
    task: 'play on',
    reason: 'the play was ended before its time',
  });
}
