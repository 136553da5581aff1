// Waits for texts to reach a phone.
import type { SandboxEvent } from '../platform/events/event.js';
import { DEFAULT_TIMEOUT_MS, waitForMatch } from '../platform/events/search.js';
import type { EventStream } from '../platform/events/stream.js';
import type { ReceivedText } from './inbox.js';

/** Which text to wait for, and how long. */
export interface NextTextOptions {
  /** Milliseconds of real time. Default 5000. */
  readonly timeout?: number;
  /** Says yes to the text that is meant. Default: to any. */
  readonly matching?: (text: ReceivedText) => boolean;
}

/** A text that came. */
export interface TextAtPosition {
  readonly text: ReceivedText;
  /** How many texts its phone had with it: what to ask for the next one with, so that none between is lost. */
  readonly after: number;
}

/** The texts of one phone. */
export interface Inbox {
  /** E.164. */
  readonly number: string;
  /** How many there are. */
  size(): number;
  /** The text that came after the first `place` ones. */
  find(place: number): ReceivedText | undefined;
}

/**
 * The first text that is meant of those that came, or will come, after a phone's first `after` ones; without `after`
 * from now on.
 *
 * @throws RelayPhoneError `fault` when none comes in time.
 */
export async function waitForText(
  events: EventStream,
  inbox: Inbox,
  {
    timeout = DEFAULT_TIMEOUT_MS,
    matching = () => true,
    after = inbox.size(),
  }: NextTextOptions & { readonly after?: number },
): Promise<TextAtPosition> {
  const { number } = inbox;
  let place = after;
  function findNext(): TextAtPosition | undefined {
    for (let text = inbox.find(place); text; text = inbox.find(place)) {
      place += 1;
      if (matching(text)) return { text, after: place };
    }
    return undefined;
  }
  const reaches = (event: SandboxEvent) => event.kind === 'text.reached-phone' && event.to === number;
  const wait = () =>
    waitForMatch(events, (event) => (reaches(event) ? findNext() : undefined), {
      timeout,
      what: `a text to ${number}`,
    });
  return findNext() ?? wait();
}
