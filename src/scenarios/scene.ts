// What the steps of one play share: who is who, what was there before, and what is to be taken back at the end.
import { RelayPhoneError } from '../errors.js';
import type { Cast } from './cast.js';
import type { ShownCall, ShownText } from './control.js';
import type { StoryPorts } from './ports.js';
import type { Story } from './story.js';

/** One play. */
export interface Scene {
  readonly cast: Cast;
  readonly ports: StoryPorts;
  /** Texts that were there before, or that an expectation has found. */
  readonly settledTexts: Set<string>;
  /** Who sent the text that was last expected on a phone, by the phone's number. */
  readonly lastSenders: Map<string, string>;
  /** Calls that were there before. */
  readonly earlierCalls: ReadonlySet<string>;
  /** How often each number had been shown before. */
  readonly earlierShowings: ReadonlyMap<string, number>;
  /** The last event before the last step that did something. */
  mark: number;
  /** What takes back how the sandbox was changed. */
  readonly undoings: (() => Promise<unknown>)[];
}

/** Milliseconds of real time between two looks. */
const LOOK = 10;

const QUIET = Symbol('quiet');

/** Milliseconds after which a sandbox that does not come to rest is not waited for. */
const RESTLESS = 5000;

/** Looks what is there before the first step. */
export async function openScene(story: Story, cast: Cast, ports: StoryPorts): Promise<Scene> {
  const { control } = ports;
  const phones = [...story.phones.keys()].map(cast.numberOf);
  const texts = await Promise.all(phones.map((phone) => control.texts(phone)));
  const calls = await Promise.all(phones.map((phone) => control.calls(phone)));
  const showings = phones.map(async (phone) => [phone, (await control.whoSaw(phone)).length] as const);
  return {
    cast,
    ports,
    lastSenders: new Map(),
    settledTexts: new Set(texts.flat().map(({ sid }) => sid)),
    earlierCalls: new Set(calls.flat().map(({ sid }) => sid)),
    earlierShowings: new Map(await Promise.all(showings)),
    mark: (await control.events({})).at(-1)?.id ?? 0,
    undoings: [],
  };
}

/**
 * What `look` finds first; undefined when it finds nothing for `within` milliseconds of real time.
 *
 * @throws RelayPhoneError `interrupted` when the play was ended meanwhile.
 */
export async function waitForFirst<T>(
  { ports: { now, sleep, signal } }: Scene,
  within: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const deadline = now() + within;
  for (;;) {
    // Asked before the look: what comes while it is under way must not be missed.
    const isOver = now() >= deadline;
    const found = await look();
    if (found !== undefined || isOver) return found;
    await sleep(LOOK);
    verifyGoesOn(signal);
  }
}

/** The texts of a phone that came since the story began and that no expectation has found. */
export async function listTexts({ ports, settledTexts }: Scene, phone: string): Promise<ShownText[]> {
  return (await ports.control.texts(phone)).filter(({ sid }) => !settledTexts.has(sid));
}

/** The calls of a phone since the story began, oldest first. */
export async function listCalls({ ports, earlierCalls }: Scene, phone: string): Promise<ShownCall[]> {
  return (await ports.control.calls(phone)).filter(({ sid }) => !earlierCalls.has(sid));
}

/**
 * What `look` finds first; undefined when it finds nothing until nothing at all has happened in the sandbox for `quiet`
 * milliseconds of real time, or things have gone on for too long.
 *
 * @throws RelayPhoneError `interrupted` when the play was ended meanwhile.
 */
export async function waitUntilQuiet<T>(
  scene: Scene,
  quiet: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const { now, control } = scene.ports;
  let [last, since] = [scene.mark, now()];
  const found = await waitForFirst<T | typeof QUIET>(scene, quiet + RESTLESS, async () => {
    const newest = (await control.events({ since: last })).at(-1)?.id;
    if (newest !== undefined) [last, since] = [newest, now()];
    return (await look()) ?? (now() - since >= quiet ? QUIET : undefined);
  });
  return found === QUIET ? undefined : found;
}

/** @throws RelayPhoneError `interrupted` when it does not. */
export function verifyGoesOn(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new RelayPhoneError({
    kind: 'interrupted',
    task: 'play on',
    reason: 'the play was ended before its time',
  });
}
